/**
 * The sign of a preview 以此用户查看, on every page: who is looked as, and the way out. A page needs
 * one line: <script type="module" src="/static/pages/preview.mjs">.
 */

async function mark() {
  const answer = await fetch('/api/v1/me')
  if (!answer.ok) return
  const me = await answer.json()
  if (!me.preview) return
  const words = await (await fetch(`/static/pages/strings.pages.${me.lang}.json`)).json()
  const sheet = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: '/static/pages/preview.css' })
  const chip = Object.assign(document.createElement('div'), { id: 'preview', title: words['pages.preview.hint'] })
  chip.setAttribute('role', 'status')
  const told = Object.assign(document.createElement('span'), {
    textContent: words['pages.preview'].replace('{name}', me.user.name) })
  const end = Object.assign(document.createElement('button'), { type: 'button', textContent: words['pages.preview.end'] })
  end.addEventListener('click', async () => {
    end.disabled = true
    await fetch('/api/v1/session/as', { method: 'DELETE' })
    location.assign('/admin')
  })
  chip.append(told, end)
  document.head.append(sheet)
  document.body.append(chip)
}

mark()
