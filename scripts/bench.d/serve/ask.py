"""Asks `weir serve` for one page again and again over one connection.

    ask.py ADDRESS PATH TIMES

Prints a line for each request: seconds until the answer began, seconds until it had come whole,
its bytes. An answer begins when all of it is made, so the first figure is the server's time.
"""

import http.client
import sys
import time


def main():
    address, path, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
    connection = http.client.HTTPConnection(address, timeout=60)
    # The first one opens the connection, and is not counted.
    for number in range(times + 1):
        began = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        first = time.perf_counter()
        body = answer.read()
        whole = time.perf_counter()
        if answer.status != 200:
            sys.exit(f"{path} was answered by {answer.status}: {body[:300]!r}")
        if number > 0:
            print(f"{first - began:.6f} {whole - began:.6f} {len(body)}")


main()
