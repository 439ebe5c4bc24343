"""Serves a directory over HTTP on 127.0.0.1 as a peer that misbehaves would.

    odd_peer.py MODE DIRECTORY

Modes: honest, silent (headers and no byte), slow (a byte a second), huge (16 MB),
garbage, error, deaf (takes connections and says nothing). Prints the port, then
serves until it is killed.
"""
import http.server
import os
import random
import socketserver
import sys
import time

mode, directory = sys.argv[1:]
SILENCE_S = 3600  # longer than any test waits


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if mode == "deaf":
            time.sleep(SILENCE_S)
        path = os.path.join(directory, self.path.lstrip("/"))
        if not os.path.isfile(path):
            return self.answer(404, b"no such file")
        with open(path, "rb") as file:
            body = file.read()
        if mode == "error":
            return self.answer(500, body)
        if mode == "huge":
            return self.answer(200, body + bytes(16 << 20))
        if mode == "garbage":
            return self.answer(200, random.Random(1).randbytes(5_000))
        return self.answer(200, body)

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.flush()
        if mode == "silent":
            time.sleep(SILENCE_S)
        if mode != "slow":
            self.wfile.write(body)
            return
        for byte in body:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(1)

    def log_message(self, *_):
        pass

    def handle(self):
        try:
            super().handle()
        except OSError:  # whoever asked has gone
            pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
