/** Sign in, step by step: name and password, the code, a new password, the second factor. */
const box = document.querySelector('.box')
const words = box.dataset
const forms = Object.fromEntries([...document.forms].map((form) => [form.dataset.step, form]))
// The page of each permission, in the order in which it is somebody's main place of work.
const PAGES = [['desk.view', '/desk/'], ['patrol.view', '/patrol/'], ['screen.view', '/screen/'], ['admin', '/admin']]
// What has to be done before the pages open, and the step that does it.
const DUTIES = { password: 'change', second_factor: 'enrol' }
// Name and password between the steps: in this page's memory, nowhere else.
const typed = { username: '', password: '' }

/** Show one step; the demo accounts belong to the first. */
function show(step) {
  for (const [name, form] of Object.entries(forms)) form.hidden = name !== step
  const demo = document.querySelector('.demo')
  if (demo) demo.hidden = step !== 'signin'
  const form = forms[step]
  fail(form, '')
  const open = [...form.elements].find((field) => field.tagName === 'INPUT' && !field.hidden && !field.value)
  ;(open ?? form.querySelector('[type=submit]')).focus()
}

/** Say what is wrong, beside the field that is at fault (all fields when it is none). */
function fail(form, text, field) {
  const place = form.querySelector('.problem')
  place.textContent = text
  place.hidden = !text
  const known = Boolean(form.elements[field])
  for (const input of form.querySelectorAll('input')) {
    input.setAttribute('aria-invalid', String(Boolean(text) && (!known || input.name === field)))
  }
  if (text && known) form.elements[field].select()
}

/** Ask the server; {status, body}, or status 0 when it cannot be reached. */
async function call(method, path, body) {
  try {
    const headers = { 'Accept-Language': document.documentElement.lang }
    if (body) headers['Content-Type'] = 'application/json'
    const answer = await fetch(`/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) })
    const text = await answer.text()
    return { status: answer.status, ok: answer.ok, body: text ? JSON.parse(text) : {} }
  } catch {
    return { status: 0, ok: false, body: { error: { message: words.offline } } }
  }
}

/** Where to go now that somebody is signed in: a duty, the page that was asked for, the own page. */
async function onward() {
  const { ok, body } = await call('GET', '/me')
  if (!ok) { fail(forms.signin, body.error.message); show('signin'); return }
  const duty = DUTIES[body.duty]
  if (duty) {
    forms.change.username.value = body.user.username
    if (duty === 'change') forms.change.current.value = typed.password
    if (duty === 'enrol') forms.enrol.password.value = typed.password
    show(duty)
    return
  }
  const own = PAGES.find(([permission]) => body.permissions.includes(permission))
  location.assign(words.next || (own ? own[1] : '/'))
}

const steps = {
  async signin(form) {
    typed.username = form.username.value.trim()
    typed.password = form.password.value
    if (!typed.username || !typed.password) {
      fail(form, words.empty)
      ;(typed.username ? form.password : form.username).focus()
      return
    }
    const { ok, body } = await call('POST', '/session', typed)
    if (ok) { await onward(); return }
    if (body.error.code === 'code_needed') { forms.code.reset(); show('code'); return }
    fail(form, body.error.message)
    form.password.select()
  },

  async code(form) {
    const { ok, body } = await call('POST', '/session', { ...typed, code: form.code.value })
    if (ok) { await onward(); return }
    fail(form, body.error.message, 'code')
  },

  async change(form) {
    if (form.new.value !== form.again.value) { fail(form, words.differ, 'again'); return }
    const { ok, body } = await call('PUT', '/me/password', { current: form.current.value, new: form.new.value })
    if (!ok) { fail(form, body.error.message, body.error.field); return }
    typed.password = form.new.value
    form.reset()
    await onward()
  },

  async enrol(form) {
    const { ok, body } = await call('POST', '/me/totp', { password: form.password.value })
    if (!ok) { fail(form, body.error.message, 'password'); return }
    forms.scan.querySelector('img').src = `data:image/svg+xml,${encodeURIComponent(body.svg)}`
    forms.scan.querySelector('code').textContent = body.secret.match(/.{4}/g).join(' ')
    forms.scan.querySelector('.open').href = body.uri // a phone cannot scan itself
    show('scan')
  },

  async scan(form) {
    const { ok, body } = await call('POST', '/me/totp/confirm', { code: form.code.value })
    if (!ok) { fail(form, body.error.message, 'code'); return }
    forms.codes.querySelector('.codes').replaceChildren(...body.recovery_codes.map((code) => {
      const item = document.createElement('li')
      item.textContent = code
      return item
    }))
    show('codes')
  },

  async codes() { await onward() }
}

/** Run a step with its button busy. */
async function run(form) {
  const send = form.querySelector('[type=submit]')
  if (send.disabled) return
  const text = send.textContent
  send.disabled = true
  send.textContent = form === forms.signin ? words.entering : words.wait
  fail(form, '')
  try { await steps[form.dataset.step](form) } finally {
    send.disabled = false
    send.textContent = text
  }
}

for (const form of Object.values(forms)) {
  form.addEventListener('submit', (event) => { event.preventDefault(); run(form) })
}

for (const eye of document.querySelectorAll('.eye')) {
  eye.addEventListener('click', () => {
    const input = eye.parentElement.querySelector('input')
    const shown = input.type === 'password'
    input.type = shown ? 'text' : 'password'
    eye.setAttribute('aria-pressed', String(shown))
  })
}

document.querySelector('[data-back]').addEventListener('click', () => {
  typed.password = forms.signin.password.value = ''
  show('signin')
})

document.querySelector('[data-print]').addEventListener('click', () => print())

for (const leave of document.querySelectorAll('[data-leave]')) {
  leave.addEventListener('click', async () => {
    await call('DELETE', '/session')
    location.assign('/login')
  })
}

for (const account of document.querySelectorAll('[data-account]')) {
  account.addEventListener('click', () => {
    forms.signin.username.value = account.dataset.account
    forms.signin.password.value = account.closest('.demo').dataset.password
    run(forms.signin)
  })
}

// Sent here by the gate: a duty comes first. Who is not signed in (any more) signs in as usual.
if (words.first !== 'signin') onwardIfSignedIn()

async function onwardIfSignedIn() {
  const { ok, body } = await call('GET', '/me')
  if (ok && body.duty) await onward()
}
