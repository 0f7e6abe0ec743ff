/** Parameters 参数 of the site as they are in force, to be read; they are set where it is installed. */

import * as api from '../../pages/api.mjs'
import { h, sheet } from '../../pages/dom.mjs'
import { locale, t } from '../../pages/i18n.mjs'

const GROUPS = {
  keeping: ['retention_years', 'anonymise', 'audit_years', 'claims_keep_days'],
  signing_in: ['session_hours', 'session_idle_minutes', 'totp_roles', 'sign_in_failures_per_minute'],
  limits: ['page_rows', 'conditions', 'export_rows_xlsx', 'export_rows_csv', 'export_rows_geojson', 'exports_per_minute', 'public_per_minute', 'max_body_mb', 'max_upload_mb', 'statement_timeout_ms'],
  work: ['patrol_warning_days', 'timezone', 'demo'],
}

function shown(name, value) {
  if (typeof value === 'boolean') return t(value ? 'admin.param.yes' : 'admin.param.no')
  if (name === 'anonymise') return t(`admin.param.anonymise.${value}`)
  if (value === '') return t('admin.param.none')
  return typeof value === 'number' ? new Intl.NumberFormat(locale()).format(value) : value
}

export async function view(box) {
  sheet('/static/admin/dictionaries.css')
  const found = new Map((await api.get('/parameters')).map((one) => [one.name, one.value]))
  const line = (name) => [h('dt', {}, t(`admin.param.${name}`)), h('dd', { 'data-parameter': name }, shown(name, found.get(name)))]
  box.replaceChildren(h('p', { class: 'q' }, t('admin.param.hint')), ...Object.entries(GROUPS).map(([group, names]) => h('section', { class: 'card' },
    h('h2', {}, t(`admin.param.group.${group}`)), h('dl', {}, names.map(line)))))
}
