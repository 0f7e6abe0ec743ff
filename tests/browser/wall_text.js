/* Text rectangles against the box of their card, the screen, and each other -> {bad: [text], n}. */
() => {
  const BOXES = '.sec, .top, .foot, #crumb, #seg, #kids li > a, #kids header, #kids .own, .lg, .card'
  const found = []
  const bad = []
  const { innerWidth: width, innerHeight: height } = window

  function check(text, box) {
    const over = Math.max(box.left - text.l, text.r - box.right, box.top - text.t, text.b - box.bottom)
    if (over > 1) bad.push(`"${text.words}" leaves its box by ${over.toFixed(0)} px`)
    if (text.l < 0 || text.r > width || text.t < 0 || text.b > height) bad.push(`"${text.words}" leaves the screen`)
    for (const other of found) {
      const x = Math.min(text.r, other.r) - Math.max(text.l, other.l)
      const y = Math.min(text.b, other.b) - Math.max(text.t, other.t)
      if (x > 1 && y > 1) bad.push(`"${text.words}" over "${other.words}"`)
    }
    found.push(text)
  }

  const walk = document.createTreeWalker(document.getElementById('wall'), NodeFilter.SHOW_TEXT)
  while (walk.nextNode()) {
    const node = walk.currentNode
    const el = node.parentElement
    const box = el.closest(BOXES)
    if (!box || !node.textContent.trim() || el.closest('#words, #map, [hidden], .plot')) continue
    if (!el.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue
    const range = document.createRange()
    range.selectNodeContents(node)
    for (const r of range.getClientRects()) {
      if (r.width < 1) continue
      // Line boxes are taller than glyphs: the middle half is what can be read.
      const words = node.textContent.trim().slice(0, 40)
      const text = { l: r.left, r: r.right, t: r.top + r.height * 0.25, b: r.bottom - r.height * 0.25, words }
      check(text, box.getBoundingClientRect())
    }
  }
  const plot = document.querySelector('.plot').getBoundingClientRect()
  for (const label of document.querySelectorAll('.plot text')) {
    const r = label.getBoundingClientRect()
    if (r.width && (r.left < plot.left - 1 || r.right > plot.right + 1 || r.bottom > plot.bottom + 1)) {
      bad.push(`axis ${label.textContent}`)
    }
  }
  if (document.documentElement.scrollWidth > width) bad.push('the page scrolls')
  return { bad, n: found.length }
}
