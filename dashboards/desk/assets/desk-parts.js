/** The cells of the table. No words here: every text comes with the row. */
(() => {
  'use strict'
  const h = window.React.createElement
  const { Icon } = window.dashboards
  /** {text, icon, kind}: a sign, a word and a class. */
  const signed = (base) => ({ value }) => {
    if (!value || typeof value !== 'object') return h('span', { className: 'no' }, value || '—')
    const icon = value.icon && h(Icon, { name: value.icon, className: value.small || '' })
    return h('span', { className: `${base} ${value.kind || ''}`, title: value.title }, icon, value.text)
  }

  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {})
  cells.deskChip = ({ value }) => value && value.kind
    ? h('span', { className: `chip ${value.kind}` }, value.text)
    : h('span', { className: 'no' }, '—')
  cells.deskFresh = signed('fx')
  cells.deskLight = signed('lt')
  cells.deskMark = signed('att')
  cells.deskText = ({ value }) => value === null || value === undefined || value === ''
    ? h('span', { className: 'no' }, '—') : String(value)
  /** {text, register, id}: opens the card of something else than the row. */
  cells.deskLink = ({ value }) => value && value.id
    ? h('button', {
      type: 'button', className: 'lnk',
      'data-do': JSON.stringify({ do: 'card', register: value.register, id: value.id })
    }, value.text)
    : h('span', { className: 'no' }, (value && value.text) || '—')
  /** The row's own name: looks like a link; the click on the row opens the card. */
  cells.deskName = ({ value }) => h('span', { className: 'nm' }, value || '—')
})()
