"""moto's store, which believes whatever it is sent, behind a door that does not: each request has to be signed in its
address, and botocore has to come to the same signature."""

import os
import sys
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qsl, quote, unquote

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple

KEY_ID, SECRET = os.environ["KEY_ID"], os.environ["SECRET"]


def objection(environ):
    """Why a request is not let in, as S3 calls it; none where it is."""
    query = dict(parse_qsl(environ["QUERY_STRING"], keep_blank_values=True))
    try:
        signature = query.pop("X-Amz-Signature")
        key_id, _, region, service, _ = query["X-Amz-Credential"].split("/")
        at, lasts = query["X-Amz-Date"], int(query["X-Amz-Expires"])
    except (KeyError, ValueError):
        return "AccessDenied"
    if key_id != KEY_ID:
        return "InvalidAccessKeyId"
    signed = datetime.strptime(at, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    if not signed - timedelta(minutes=15) <= datetime.now(timezone.utc) <= signed + timedelta(seconds=lasts):
        return "RequestTimeTooSkewed"
    text = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in query.items())
    address = f"http://{environ['HTTP_HOST']}{quote(unquote(environ['PATH_INFO']), safe='/-_.~')}?{text}"
    request = AWSRequest(environ["REQUEST_METHOD"], address, headers={"Host": environ["HTTP_HOST"]})
    request.context["timestamp"] = at
    signer = S3SigV4QueryAuth(Credentials(KEY_ID, SECRET), service, region, expires=lasts)
    wanted = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    return None if wanted == signature else "SignatureDoesNotMatch"


def main():
    moto = DomainDispatcherApplication(create_backend_app)

    def door(environ, start):
        code = objection(environ)
        if code is None:
            return moto(environ, start)
        # What is not read would be taken for the next request.
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start("403 Forbidden", [("Content-Type", "application/xml")])
        return [f"<Error><Code>{code}</Code><Message>{SECRET}</Message></Error>".encode()]

    run_simple("127.0.0.1", int(sys.argv[1]), door, threaded=True)


main()
