"""The C interface as another language sees it: ctypes, libdrover.so and a configuration.

    use_from_python.py LIBRARY DROVER_YAML
"""

import ctypes
import sys
import threading

TEXT, HANDLE = ctypes.c_char_p, ctypes.c_void_p


def load(path):
    library = ctypes.CDLL(path)
    for name, result, *arguments in (
        ("version", TEXT), ("last_error", TEXT), ("last_code", TEXT), ("last_body", TEXT), ("last_status", ctypes.c_int),
        ("free", None, HANDLE),
        ("client_create", HANDLE, TEXT), ("client_destroy", None, HANDLE),
        ("chat", HANDLE, HANDLE, TEXT, TEXT), ("post", HANDLE, HANDLE, TEXT, TEXT),
        ("chat_stream", HANDLE, HANDLE, TEXT, TEXT), ("stream_next", TEXT, HANDLE),
        ("stream_failed", ctypes.c_int, HANDLE), ("stream_destroy", None, HANDLE),
        ("balancer_create", HANDLE, TEXT), ("balancer_destroy", None, HANDLE), ("pick", HANDLE, HANDLE, TEXT),
        ("lease_key", TEXT, HANDLE), ("lease_base_url", TEXT, HANDLE), ("lease_model", TEXT, HANDLE),
        ("lease_target", TEXT, HANDLE), ("lease_succeeded", None, HANDLE, ctypes.c_double),
        ("lease_failed", ctypes.c_int, HANDLE, ctypes.c_int, TEXT), ("lease_destroy", None, HANDLE),
    ):
        function = getattr(library, "drover_" + name)
        function.restype, function.argtypes = result, arguments
    return library


def text_of(drover, pointer):
    assert pointer, drover.drover_last_error().decode()
    text = ctypes.string_at(pointer).decode()
    drover.drover_free(pointer)
    return text


def chats(drover, client):
    assert text_of(drover, drover.drover_chat(client, b"gpt-4o", b"hello"))
    body = b'{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}'
    assert '"chat.completion"' in text_of(drover, drover.drover_post(client, b"/v1/chat/completions", body))


def streams(drover, client):
    stream = drover.drover_chat_stream(client, b"gpt-4o", b"say this in several pieces")
    pieces = []
    while (piece := drover.drover_stream_next(stream)) is not None:
        pieces.append(piece.decode())
    assert len(pieces) > 1 and drover.drover_stream_failed(stream) == 0
    drover.drover_stream_destroy(stream)
    left = drover.drover_chat_stream(client, b"gpt-4o", b"say this in several pieces")
    drover.drover_stream_destroy(left)  # cancels
    drover.drover_stream_destroy(None)


def errors(drover, client):
    assert drover.drover_post(client, b"/v1/chat/completions", b"{not json") is None
    assert drover.drover_last_status() == 400 and drover.drover_last_error()
    assert drover.drover_client_create(b"/nowhere/drover.yaml") is None
    assert b"/nowhere/drover.yaml" in drover.drover_last_error() and drover.drover_last_code() == b"bad_config"
    assert drover.drover_chat(None, None, b"hello") is None and drover.drover_last_code() == b"null_handle"
    assert drover.drover_pick(None, None) is None and drover.drover_stream_next(None) is None
    said = []
    thread = threading.Thread(target=lambda: said.append(drover.drover_last_error()))
    thread.start()
    thread.join()
    assert said == [b""], "an error belongs to its thread"
    failing = drover.drover_chat_stream(client, b"gpt-4o", b"\xff")
    assert drover.drover_stream_next(failing) is None and drover.drover_stream_failed(failing) == 1
    drover.drover_stream_destroy(failing)


def leases(drover, file):
    balancer = drover.drover_balancer_create(file)
    lease = drover.drover_pick(balancer, b"gpt-4o")
    assert drover.drover_lease_key(lease).startswith(b"sk-mock-")
    assert drover.drover_lease_base_url(lease).startswith(b"http://127.0.0.1:")
    assert drover.drover_lease_model(lease) == b"gpt-4o" and b"/" in drover.drover_lease_target(lease)
    drover.drover_lease_succeeded(lease, 0.1)
    drover.drover_lease_destroy(lease)
    while lease := drover.drover_pick(balancer, None):
        assert drover.drover_lease_failed(lease, 429, b"30") == 1
        drover.drover_lease_destroy(lease)
    assert drover.drover_last_code() == b"rate_limited" and drover.drover_last_status() == 429
    drover.drover_balancer_destroy(balancer)


def main(library, file):
    drover = load(library)
    assert drover.drover_version().count(b".") == 2
    client = drover.drover_client_create(file.encode())
    assert client, drover.drover_last_error().decode()
    chats(drover, client)
    streams(drover, client)
    errors(drover, client)
    leases(drover, file.encode())
    drover.drover_client_destroy(client)
    print("the C interface holds")


if __name__ == "__main__":
    main(*sys.argv[1:])
