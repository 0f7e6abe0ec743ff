/** Sign in: post name and password, then go to the page that was asked for. */
const form = document.getElementById('form')
const problem = document.getElementById('problem')
const send = form.querySelector('.go')
const words = send.textContent
// The page of each permission, in the order in which it is somebody's main place of work.
const PAGES = [['desk.view', '/desk/'], ['patrol.view', '/patrol/'], ['screen.view', '/screen/']]

function fail(text) {
  problem.textContent = text
  problem.hidden = !text
  for (const input of form.querySelectorAll('input')) input.setAttribute('aria-invalid', String(Boolean(text)))
}

function busy(on) {
  send.disabled = on
  send.textContent = on ? form.dataset.entering : words
}

/** Where to go: the page that was asked for, else the caller's own. */
async function target() {
  if (form.dataset.next) return form.dataset.next
  const me = await (await fetch('/api/v1/me')).json()
  const own = PAGES.find(([permission]) => me.permissions.includes(permission))
  return own ? own[1] : '/'
}

async function enter() {
  const username = form.username.value.trim()
  const password = form.password.value
  if (!username || !password) {
    fail(form.dataset.empty)
    ;(username ? form.password : form.username).focus()
    return
  }
  fail('')
  busy(true)
  try {
    const answer = await fetch('/api/v1/session', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Accept-Language': document.documentElement.lang },
      body: JSON.stringify({ username, password })
    })
    if (answer.ok) { location.assign(await target()); return }
    const body = await answer.json()
    fail(body.error.message)
    form.password.select()
  } catch { fail(form.dataset.offline) }
  busy(false)
}

form.addEventListener('submit', (event) => { event.preventDefault(); enter() })

document.getElementById('show').addEventListener('click', (event) => {
  const shown = form.password.type === 'password'
  form.password.type = shown ? 'text' : 'password'
  event.currentTarget.setAttribute('aria-pressed', String(shown))
})

for (const account of document.querySelectorAll('[data-account]')) {
  account.addEventListener('click', () => {
    form.username.value = account.dataset.account
    form.password.value = account.closest('.demo').dataset.password
    enter()
  })
}
