/** The one sign component of the wall: a symbol of the shared sprite. */
(() => {
  'use strict'
  const h = window.React.createElement
  function Icon({ name, className, label }) {
    const aria = label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true }
    return h('svg', { className: `i ${className || ''}`, focusable: 'false', ...aria },
      h('use', { href: `/static/assets/sprite.svg#${name}` }))
  }
  window.gridgov_wall = { Icon }
})()
