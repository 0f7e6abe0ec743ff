/** The forms of the desk: {do: 'form', form: 'person.enter', ...} opens one, from anything with data-do. */

import * as api from '../pages/api.mjs'
import { loadTexts } from '../pages/i18n.mjs'
import { forms as circle } from './circle.mjs'
import { forms as house } from './house.mjs'
import { forms as label } from './label.mjs'
import { confirm, forms as person } from './person.mjs'
import { forms as premises } from './premises.mjs'
import { forms as property } from './property.mjs'
import { forms as service } from './service.mjs'
import { current, close, forget, show } from './sheet.mjs'

const forms = { ...person, ...circle, ...house, ...label, ...premises, ...service, ...property }
let options = null

/** The words, once; and what the lists of the forms offer now: an administrator may have changed them. */
async function ready() {
  const lang = document.getElementById('desk').lang === 'en' ? 'en' : 'zh'
  if (!options) await loadTexts(lang, '/static/pages/strings.pages', '/static/pages/strings.forms')
  options = window.deskState.me.may.includes('people.write') ? await api.get('/people/form') : {}
}

const after = (opened) => {
  window.deskAct({ do: 'retry' })
  if (opened) window.deskAct({ do: 'card', ...opened, fresh: true })
}

async function open(intent) {
  await ready()
  const make = async () => {
    const spec = await forms[intent.form](options, intent)
    return { ...spec, again: make, done: (answer) => after(spec.opens(answer)) }
  }
  try { show(await make()) } catch (error) {
    if (!(error instanceof api.ApiError)) throw error
    window.deskSay(error.message)
  }
}

api.on('signedout', () => window.deskLeave())
Object.assign(window.deskMore, {
  form: open,
  async confirm({ id, version }) {
    try { await confirm(id, version) } catch (error) { window.deskSay(error.message) }
    after(null)
  },
})
window.deskForms = { close, forget, newTxn: api.newTxn, picks: () => current()?.clicked ?? null, drags: () => current()?.dragged ?? null }
