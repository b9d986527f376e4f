"""A server for the tests of downloads: tells its port on a line, then serves the file of its first argument under every
name, until the process of its second argument is gone. The first folder of the address says how:

    good     with ranges          plain   without ranges        cut      the first half, then the line goes dead
    wrong    other content        none    404
"""
import http.server
import os
import sys
import threading
import time

DATA = open(sys.argv[1], "rb").read()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        way, data, begin = self.path.split("/")[1], DATA, 0
        if way == "none":
            self.send_error(404)
            return
        if way == "wrong":
            data = DATA[::-1]
        given = self.headers.get("Range")
        if given and way in ("good", "cut"):
            begin = int(given[len("bytes="):].split("-")[0])
            if begin >= len(data):
                self.send_error(416)
                return
        self.send_response(206 if begin else 200)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(data) - begin))
        self.end_headers()
        self.wfile.write(data[begin:len(data) // 2] if way == "cut" else data[begin:])

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
try:
    while True:
        os.kill(int(sys.argv[2]), 0)
        time.sleep(0.2)
except ProcessLookupError:
    pass
