/** /account 我的账号, for everybody who is signed in. */

import { begin, draw } from '../pages/frame.mjs'
import { t } from '../pages/i18n.mjs'

await begin('account')
const views = [{ name: 'account', href: '/account', sign: 'i-person', words: t('pages.nav.account') }]
draw({ title: t('pages.nav.account'), views, active: 'account' })
