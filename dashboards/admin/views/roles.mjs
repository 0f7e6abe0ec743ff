/** Follows. */
export function view(box) { box.textContent = '…' }
