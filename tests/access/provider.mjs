// A real OpenID Connect provider for tests: PORT REDIRECT_URI...
// The login is "name@office": the subject is the whole, the claim preferred_username the name.
import Provider from 'oidc-provider'

const [port, ...redirects] = process.argv.slice(2)
const issuer = `http://127.0.0.1:${port}`
const provider = new Provider(issuer, {
  clients: [{
    client_id: 'gridgov',
    client_secret: 'made/up: secret of the tests, 32+',
    redirect_uris: redirects,
    grant_types: ['authorization_code'],
    response_types: ['code']
  }],
  claims: { openid: ['sub'], profile: ['preferred_username'] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true } },
  cookies: { keys: ['only for tests'] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, preferred_username: id.split('@')[0] })
  })
})
provider.listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'))
