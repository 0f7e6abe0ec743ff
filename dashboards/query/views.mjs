/** Saved views 常用查询: the menu of them, and the form that keeps, renames, shares and deletes one. */

import * as api from '../pages/api.mjs'
import { h, icon } from '../pages/dom.mjs'
import { field, form, sure } from '../pages/form.mjs'
import { t } from '../pages/i18n.mjs'
import { close, drawer } from './builder.mjs'

const load = (register) => api.get(`/views?register=${register}`)

function entry(view, { pick, edit }) {
  const open = h('button', { type: 'button', class: 'view', disabled: Boolean(view.problem), title: view.problem?.message ?? null, onclick: () => pick(view) },
    icon(view.mine ? 'i-star' : 'i-users'), h('span', {}, h('b', {}, view.name),
      h('small', {}, view.problem ? view.problem.message : view.mine ? t(view.shared ? 'query.view.shared' : 'query.view.own') : t('query.view.by', { name: view.owner }))))
  const change = view.mine ? h('button', { type: 'button', class: 'ib', 'aria-label': t('query.view.edit', { name: view.name }), title: t('query.view.edit', { name: view.name }), onclick: () => edit(view) }, icon('i-edit')) : null
  return h('div', { class: 'entry', 'data-view': view.id }, open, change)
}

/** Draw the menu of a register's views into `menu`. */
export async function draw(menu, register, acts) {
  menu.replaceChildren(h('p', { class: 'q' }, t('query.view.loading')))
  let views
  try { views = await load(register) } catch (error) { menu.replaceChildren(h('p', { class: 'q' }, error.message)); return }
  menu.replaceChildren(h('div', { class: 'views' }, views.length ? views.map((one) => entry(one, acts)) : h('p', { class: 'q' }, t('query.view.none'))),
    h('button', { type: 'button', class: 'keep', onclick: acts.keep }, icon('i-plus'), t('query.view.keep')))
}

/**
 * The form of a view: a new one, or one of one's own. question(withPlace) is what is asked now;
 * `place` names where, when the rows are limited to more than the grid in view.
 */
export function edit({ register, view, question, place, done }) {
  const name = h('input', { maxlength: '60', name: 'name', value: view?.name ?? '', autocomplete: 'off' })
  const tick = (words, hint, checked, props = {}) => {
    const input = h('input', { type: 'checkbox', checked, ...props })
    return { input, el: h('label', { class: 'tickbox' }, input, h('span', {}, h('b', {}, words), hint ? h('small', {}, hint) : null)) }
  }
  const shared = tick(t('query.view.share'), t('query.view.share_hint'), view?.shared ?? false, { name: 'shared' })
  const where = place ? tick(t('query.view.place', { place }), t('query.view.place_hint'), true) : null
  const anew = view ? tick(t('query.view.anew'), t('query.view.anew_hint'), false) : null
  const act = async () => {
    const asked = question(Boolean(where?.input.checked))
    const body = { name: name.value.trim(), shared: shared.input.checked }
    if (!view) await api.send('POST', '/views', { ...body, register, question: asked })
    else await api.send('PATCH', `/views/${view.id}`, { ...body, version: view.version, ...(anew.input.checked ? { question: asked } : {}) })
    close()
    done(t('query.view.kept', { name: body.name }))
  }
  const remove = view ? sure(t('query.view.delete'), t('query.view.sure'), async () => {
    try { await api.send('DELETE', `/views/${view.id}?version=${view.version}`); close(); done(t('query.view.deleted', { name: view.name })) } catch (error) { done(error.message) }
  }, { class: 'btn danger' }) : null
  drawer(t(view ? 'query.view.change' : 'query.view.keep'), 'keeper', form(act, [field('name', t('query.view.name'), name), shared.el, where?.el, anew?.el].filter(Boolean),
    { go: t('query.view.save'), cancel: close, danger: remove }))
  name.focus()
}
