"""Makes AWS calls through botocore, as boto3 and the AWS CLI do.

Reads one JSON call a line: {"service", "operation", "input", "endpoint",
"region", "key", "secret", "token"}; answers each with one line: {"status",
"output"} or {"status", "codes", "message"} or {"fault"} where the client itself
refused the call.
"""

import base64
import datetime
import json
import sys

import botocore.config
import botocore.exceptions
import botocore.session
from botocore import xform_name

CONFIG = botocore.config.Config(
    retries={"total_max_attempts": 1},
    parameter_validation=False,  # the server has to find what is wrong
    connect_timeout=5,
    read_timeout=60,
)


class Driver:
    def __init__(self):
        self.session = botocore.session.get_session()
        self.clients = {}

    def client(self, call):
        key = tuple(call.get(k) or "" for k in ("service", "endpoint", "region", "key", "secret", "token"))
        if key not in self.clients:
            self.clients[key] = self.session.create_client(
                call["service"],
                region_name=call["region"],
                endpoint_url=call["endpoint"],
                aws_access_key_id=call["key"],
                aws_secret_access_key=call["secret"],
                aws_session_token=call.get("token") or None,
                config=CONFIG,
            )
        return self.clients[key]

    def answer(self, call):
        try:
            method = getattr(self.client(call), xform_name(call["operation"]))
            out = method(**decode(call["input"]))
        except botocore.exceptions.ClientError as e:
            r = e.response
            return {
                "status": r["ResponseMetadata"]["HTTPStatusCode"],
                "codes": [r["Error"].get("Code", "")],
                "message": r["Error"].get("Message", ""),
            }
        except Exception as e:  # the test shows it
            return {"fault": f"{type(e).__name__}: {e}"}
        status = out.pop("ResponseMetadata")["HTTPStatusCode"]
        return {"status": status, "output": encode(out)}


def decode(v):
    if isinstance(v, list):
        return [decode(e) for e in v]
    if not isinstance(v, dict):
        return v
    if "$bytes" in v:
        return base64.b64decode(v["$bytes"])
    if "$time" in v:
        return datetime.datetime.fromtimestamp(v["$time"], datetime.timezone.utc)
    return {k: decode(e) for k, e in v.items()}


def encode(v):
    if isinstance(v, dict):
        return {k: encode(e) for k, e in v.items()}
    if isinstance(v, list):
        return [encode(e) for e in v]
    if isinstance(v, datetime.datetime):
        return v.isoformat()
    if hasattr(v, "read"):
        v = v.read()
    if isinstance(v, (bytes, bytearray)):
        try:
            return v.decode()
        except UnicodeDecodeError:
            return base64.b64encode(v).decode()
    return v


def main():
    driver = Driver()
    print(json.dumps({"client": "botocore " + botocore.__version__}), flush=True)
    for line in sys.stdin:
        print(json.dumps(driver.answer(json.loads(line))), flush=True)


main()
