/** Files 导入批次: the template, a trial, the load with its progress, what is wrong, and taking one back. */

import * as api from '../../pages/api.mjs'
import { h, icon, link } from '../../pages/dom.mjs'
import { form, sure } from '../../pages/form.mjs'
import { failure, say } from '../../pages/frame.mjs'
import { lang, stamp, t } from '../../pages/i18n.mjs'

const WATCH_MS = 700
const REGISTERS = ['people', 'premises']
const words = (problem) => (lang() === 'en' ? `${problem.reason_en} ${problem.cure_en}` : `${problem.reason_zh}${problem.cure_zh}`)

function upload(opened) {
  const file = h('input', { type: 'file', name: 'file', accept: '.xlsx,.csv', class: 'input' })
  const register = h('select', { class: 'input', name: 'register' }, REGISTERS.map((code) => h('option', { value: code }, t(`claims.register.${code}`))))
  const skip = h('input', { type: 'checkbox', name: 'skip_bad' })
  const ignore = h('input', { type: 'checkbox', name: 'ignore_unknown' })
  const trial = h('input', { type: 'checkbox', name: 'dry_run', checked: true })
  const template = (format) => h('a', { class: 'lnk', download: '', href: `/api/v1/claims/templates/people?format=${format}` }, t(`claims.template.${format}`))
  const links = ['xlsx', 'csv'].map(template)
  register.addEventListener('change', () => links.forEach((a, n) => { a.href = `/api/v1/claims/templates/${register.value}?format=${['xlsx', 'csv'][n]}` }))
  return form(async (made) => {
    if (!file.files.length) { made.querySelector('[data-field="file"] .problem').textContent = t('claims.need_file'); return }
    const data = new FormData()
    for (const [name, value] of [['register', register.value], ['skip_bad', skip.checked], ['ignore_unknown', ignore.checked], ['dry_run', trial.checked]]) data.append(name, String(value))
    data.append('file', file.files[0])
    const begun = await api.post('/claims/batches', data)
    file.value = ''
    opened(begun.id)
  }, [h('h3', {}, t('claims.upload')),
    h('label', { class: 'field', 'data-field': 'register' }, h('span', {}, t('claims.which')), register, h('small', {}, t('claims.template'), ' ', links[0], ' · ', links[1]), h('em', { class: 'problem' })),
    h('label', { class: 'field', 'data-field': 'file' }, h('span', {}, t('claims.file')), file, h('em', { class: 'problem', role: 'alert' })),
    h('label', { class: 'check' }, trial, t('claims.dry_run')), h('label', { class: 'check' }, skip, t('claims.skip_bad')), h('label', { class: 'check' }, ignore, t('claims.ignore_unknown'))], { go: t('claims.begin') })
}

function list(problems, title, id) {
  if (!problems.length) return null
  return h('section', { class: 'part', id }, h('h3', {}, title), h('table', { class: 'table' }, h('thead', {}, h('tr', {}, ['line', 'column', 'what'].map((k) => h('th', { scope: 'col' }, t(`claims.${k}`))))),
    h('tbody', {}, problems.map((one) => h('tr', {}, h('td', {}, String(one.row)), h('td', {}, one.column), h('td', {}, words(one)))))))
}

/** One file, watched while it loads. */
async function batch(side, id, { close, changed }) {
  const again = () => batch(side, id, { close, changed })
  let card
  try { card = await api.get(`/claims/batches/${id}`) } catch (error) { side.replaceChildren(failure(error, again)); return }
  if (!side.isConnected) return
  const done = card.rows_total ? Math.round((card.rows_done / card.rows_total) * 100) : 0
  const reading = card.state === 'reading'
  const figures = ['rows_total', 'rows_bad', 'rows_mended', 'rows_loaded'].map((name) => h('div', {}, h('b', {}, (card[name] ?? 0).toLocaleString()), h('span', {}, t(`claims.${name}`))))
  const undo = card.state === 'loaded' ? sure(t('claims.undo'), t('claims.undo.sure'), async () => {
    try {
      const answer = await api.send('POST', `/claims/batches/${id}/undo`, { version: card.version, reason: t('claims.undo.reason') })
      say(t('claims.undone', { gone: answer.gone ?? 0, cancelled: answer.cancelled ?? 0, kept: answer.kept ?? 0 }))
    } catch (error) { say(error.message) }
    changed()
    await again()
  }, { class: 'btn danger' }) : null
  side.replaceChildren(...[h('div', { class: 'head' }, h('div', {}, h('h2', {}, card.file_name), h('p', {}, t(`claims.batch.${card.state}`), card.dry_run ? ` · ${t('claims.trial')}` : '', ' · ', stamp(card.created_at))),
    h('button', { type: 'button', class: 'ib', 'aria-label': t('pages.close'), onclick: close }, icon('i-close'))),
  reading ? h('div', { class: 'progress', role: 'progressbar', 'aria-valuenow': String(done), 'aria-valuemin': '0', 'aria-valuemax': '100' }, h('i', { style: `width:${done}%` }), h('span', {}, `${card.rows_done.toLocaleString()} / ${card.rows_total ? card.rows_total.toLocaleString() : '…'}`)) : null,
  card.problem ? h('p', { class: 'why' }, icon('i-info'), t('claims.problem'), ' ', card.problem) : null,
  h('div', { class: 'figures' }, figures),
  h('div', { class: 'do doing' }, card.rows_bad ? h('a', { class: 'btn', download: '', href: `/api/v1/claims/batches/${id}/bad-rows?format=xlsx` }, icon('i-download'), t('claims.bad_rows')) : null, undo),
  list(card.problems, t('claims.problems', { n: card.faults }), 'problems'), list(card.mended, t('claims.mended'), 'mended')].filter(Boolean))
  side.dataset.state = card.state
  if (reading) setTimeout(() => { if (side.isConnected) again() }, WATCH_MS)
  else if (side.dataset.seen !== card.state) { side.dataset.seen = card.state; changed() }
}

export async function view(box, _, [which], go) {
  const rows = h('tbody')
  const chosen = Number(which) || null
  async function draw() {
    const found = await api.send('POST', '/claim-batches/search', { sort: '-created_at', size: 50 })
    rows.replaceChildren(...(found.items.length ? found.items.map((one) => h('tr', { class: one.id === chosen ? 'on' : '' },
      h('td', {}, link(`/claims/files/${one.id}`, { class: 'lnk' }, one.file_name), h('small', {}, `${t(`claims.register.${one.register}`)} · ${one.sender}`)),
      h('td', {}, h('span', { class: 'tag' }, t(`claims.batch.${one.state}`))), h('td', { class: 'num' }, (one.rows_loaded ?? 0).toLocaleString()), h('td', {}, stamp(one.created_at))))
      : [h('tr', {}, h('td', { colspan: '4', class: 'q' }, t('claims.no_files')))]))
  }
  box.replaceChildren(h('div', {}, h('section', { class: 'card' }, upload((id) => go(String(id)))),
    h('section', { class: 'card list' }, h('div', { class: 'scroller' }, h('table', { class: 'table' }, h('thead', {}, h('tr', {}, ['file', 'state', 'rows_loaded', 'when'].map((k) => h('th', { scope: 'col' }, t(`claims.${k}`))))), rows)))))
  box.classList.toggle('opened', chosen !== null)
  await draw()
  if (chosen !== null) {
    const side = h('section', { class: 'card side', id: 'batch' })
    box.append(side)
    await batch(side, chosen, { close: () => go(), changed: draw })
  }
}
