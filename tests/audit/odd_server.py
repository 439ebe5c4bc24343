"""Serves a directory over HTTP on 127.0.0.1, in one of several odd ways.

    odd_server.py MODE DIRECTORY

Prints the port, then serves until it is killed. "silent" prints a line whenever
it falls silent.
"""
import gzip
import http.server
import os
import socketserver
import sys
import threading
import time

mode, directory = sys.argv[1:]
seen = {}  # how often each path was asked for
lock = threading.Lock()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        path = self.path.lstrip("/")
        with lock:
            seen[path] = count = seen.get(path, 0) + 1
        if mode == "error":
            return self.answer(500, b"an error")
        if mode == "forbidden":
            return self.answer(403)
        if mode == "slow":
            time.sleep(0.5)
        if mode == "flaky" and count < 3:
            return self.answer(503)
        if mode == "elsewhere":
            port = self.server.server_address[1]
            to = "http://localhost:%d/%s" % (port, path)
            return self.answer(302, headers=[("Location", to)])
        if mode == "moved" and not path.startswith("new/"):
            return self.answer(301, headers=[("Location", "/new/" + path)])
        if mode == "circle":
            return self.answer(302, headers=[("Location", "/" + path)])
        path = path.removeprefix("new/")
        try:
            with open(os.path.join(directory, path), "rb") as file:
                body = file.read()
        except OSError:
            return self.answer(404, b"no such file")
        if mode == "gzip":
            headers = [("Content-Encoding", "gzip")]
            return self.answer(200, gzip.compress(body), headers)
        if mode == "bad-gzip" and path != "checkpoint":
            headers = [("Content-Encoding", "gzip")]
            return self.answer(200, b"\x1f\x8bnot gzip at all", headers)
        if mode == "bomb" and path != "checkpoint":
            headers = [("Content-Encoding", "gzip")]
            return self.answer(200, gzip.compress(bytes(100_000_000)), headers)
        if mode == "cut" and path != "checkpoint":
            self.send_response(200)
            self.send_header("Content-Length", str(len(body) + 1))
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True
            return None
        if mode == "silent" and path != "checkpoint":
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.flush()
            os.write(1, b"silent\n")  # in one piece, whoever else writes
            threading.Event().wait(3600)  # longer than any test waits
            return None
        return self.answer(200, body)

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 64


server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
