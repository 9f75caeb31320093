"""A mail server of somebody else's making (aiosmtpd), for letters to arrive at.

usage: mail_server.py starttls|tls|plain CERT KEY
Prints the port, then one JSON line for each letter taken: as Python's own mail parser understands it.
It knows the user `harp` with the password `right`. Who is written to decides what goes wrong.
"""
import asyncio, email, email.policy, json, socket, ssl, sys
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Desk:
    async def handle_MAIL(self, server, session, envelope, address, options):
        if address.startswith("stranger@"):
            return "553 5.7.1 Sender address rejected: not owned by user"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        answers = {"gone": "550 5.1.1 no such person", "full": "452 4.2.2 the mailbox is full",
                   "banned": "554 5.7.1 your address is on a list"}
        answer = answers.get(address.split("@")[0])
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        part = lambda kind: (lambda body: body and body.get_content())(letter.get_body((kind,)))
        print(json.dumps({
            "from": envelope.mail_from, "to": envelope.rcpt_tos, "tls": server.transport.get_extra_info("ssl_object") is not None,
            "user": session.auth_data if session.authenticated else None,
            "headers": [[name.lower(), str(value)] for name, value in letter.items()],
            "text": part("plain"), "html": part("html"),
        }), flush=True)
        if envelope.rcpt_tos[0].startswith("lost"):
            server.transport.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        return "250 taken"


def known(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"harp", b"right")
    return AuthResult(success=right, handled=False, auth_data="harp" if right else None)


async def main(way, cert, key):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(cert, key)
    secured = way != "plain"
    desk = lambda: SMTP(Desk(), hostname="mail.test", authenticator=known, auth_required=secured,
                        auth_require_tls=way == "starttls", tls_context=tls if way == "starttls" else None,
                        require_starttls=way == "starttls")
    server = await asyncio.get_running_loop().create_server(
        desk, "127.0.0.1", 0, ssl=tls if way == "tls" else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    # Its end is the end of whoever started it.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main(*sys.argv[1:]))
