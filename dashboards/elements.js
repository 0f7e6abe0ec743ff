/** The shared components of dashboards/elements.py: Icon and Tree. */
(() => {
  'use strict'
  const h = window.React.createElement
  const { Fragment } = window.React

  /** One symbol of the sprite. */
  function Icon({ name, className, label }) {
    const aria = label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true }
    return h('svg', { className: `i ${className || ''}`, focusable: 'false', ...aria },
      h('use', { href: `/static/assets/sprite.svg#${name}` }))
  }
  function draw(node) {
    if (node === null || typeof node !== 'object') return node
    if (Array.isArray(node)) return h(Fragment, null, ...node.map(draw))
    if (node.t === 'Icon') return h(Icon, node.p)
    const inside = Array.isArray(node.c) ? node.c.map(draw) : 'c' in node ? [draw(node.c)] : []
    return h(node.t, node.p, ...inside)
  }
  const Tree = ({ tree }) => draw(tree)
  window.dashboards = { Icon, Tree }
})()
