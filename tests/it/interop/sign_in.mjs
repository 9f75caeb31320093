// A relying application on the npm package openid-client. The browser is a fetch with a cookie: the person is signed in at
// the provider. What it learns goes to standard output as JSON; whatever openid-client refuses ends it with an error.
import * as client from 'openid-client'

const { ISSUER, CLIENT_ID, CLIENT_SECRET, METHOD, REDIRECT_URI, GOODBYE_URI, COOKIE } = process.env
const authentication = {
  client_secret_basic: () => client.ClientSecretBasic(CLIENT_SECRET),
  client_secret_post: () => client.ClientSecretPost(CLIENT_SECRET),
  none: () => client.None(),
}[METHOD]()
const server = new URL(ISSUER)
// The provider listens on loopback without TLS.
const options = { execute: [client.allowInsecureRequests] }
const config = await client.discovery(server, CLIENT_ID, {}, authentication, options)

async function browse(url) {
  const answer = await fetch(url, { headers: { cookie: COOKIE }, redirect: 'manual' })
  const to = answer.headers.get('location')
  if (answer.status !== 303 || to === null) throw new Error(`${answer.status} at ${url}: ${await answer.text()}`)
  return new URL(to, url)
}

async function ask(more) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const checks = { pkceCodeVerifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() }
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT_URI,
    scope: 'openid profile email roles',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    ...more,
  })
  return { back: await browse(url), checks }
}

const { back, checks } = await ask({ max_age: '300' })
const tokens = await client.authorizationCodeGrant(config, back, { ...checks, maxAge: 300 })
const claims = tokens.claims()
const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub)

let replay
try {
  await client.authorizationCodeGrant(config, back, checks)
} catch (error) {
  replay = error.error
}
let revoked
try {
  await client.fetchUserInfo(config, tokens.access_token, claims.sub)
} catch (error) {
  revoked = error.status ?? error.response?.status ?? error.code
}

const goodbye = await browse(client.buildEndSessionUrl(config, {
  id_token_hint: tokens.id_token,
  post_logout_redirect_uri: GOODBYE_URI,
  state: 'bye',
}))
let silent
try {
  const again = await ask({ prompt: 'none' })
  await client.authorizationCodeGrant(config, again.back, again.checks)
} catch (error) {
  silent = error.error
}
console.log(JSON.stringify({ claims, userinfo, replay, revoked, goodbye: goodbye.href, silent }))
