"""An authenticator made of python-fido2 and cryptography. It reads a question per line, as JSON, and answers with what a browser would send."""

import base64
import hashlib
import json
import os
import sys

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from fido2.cose import ES256, RS256, EdDSA
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

HOST = "eat.example"
ORIGIN = "https://eat.example"
PRESENT_AND_VERIFIED = 0b101
KEYS = {
    -7: (ES256, lambda: ec.generate_private_key(ec.SECP256R1())),
    -8: (EdDSA, ed25519.Ed25519PrivateKey.generate),
    -257: (RS256, lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048)),
}


def text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def data(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sign(key, message):
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(message, ec.ECDSA(hashes.SHA256()))
    return key.sign(message)


def client_data(kind, question):
    return CollectedClientData.create(kind, data(question["challenge"]), ORIGIN)


def create(question, keys):
    cose, generate = KEYS[question["alg"]]
    key, name = generate(), os.urandom(32)
    keys[text(name)] = key
    credential = AttestedCredentialData.create(bytes(16), name, cose.from_cryptography_key(key.public_key()))
    flags = AuthenticatorData.FLAG(PRESENT_AND_VERIFIED | question["flags"]) | AuthenticatorData.FLAG.AT
    about = AuthenticatorData.create(hashlib.sha256(HOST.encode()).digest(), flags, 0, credential)
    attestation = AttestationObject.create("none", about, {})
    response = {"clientDataJSON": text(client_data("webauthn.create", question)), "attestationObject": text(attestation)}
    return {"id": text(name), "type": "public-key", "response": response}


def get(question, keys):
    flags = AuthenticatorData.FLAG(PRESENT_AND_VERIFIED | question["flags"])
    about = AuthenticatorData.create(hashlib.sha256(HOST.encode()).digest(), flags, 0)
    collected = client_data("webauthn.get", question)
    response = {
        "clientDataJSON": text(collected),
        "authenticatorData": text(about),
        "signature": text(sign(keys[question["id"]], about + collected.hash)),
        "userHandle": question["user"],
    }
    return {"id": question["id"], "type": "public-key", "response": response}


def main():
    keys = {}
    for line in sys.stdin:
        question = json.loads(line)
        answer = {"create": create, "get": get}[question["do"]](question, keys)
        print(json.dumps(answer), flush=True)


main()
