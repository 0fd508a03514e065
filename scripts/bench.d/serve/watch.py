"""Starts `weir serve`, and looks at its process while nobody asks it for anything.

    watch.py start LOG COMMAND…            prints its process number, its address, and the seconds
                                           until its page answered and until the records were read
    watch.py idle PID ADDRESS SECONDS      prints KiB resident at the end, the most that were
                                           resident meanwhile and ever; seconds that cores worked;
                                           how often the records were read meanwhile
    watch.py resident PID                  prints KiB resident, and the most ever
"""

import http.client
import os
import socket
import subprocess
import sys
import time

# How often the records are read before a server counts as idle.
SETTLED = 2
# How long a server may take to answer, and to have read the records.
PATIENCE = 600


def get(address, path):
    """The answer's status and text; nothing where nobody listens yet."""
    connection = http.client.HTTPConnection(address, timeout=60)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except ConnectionRefusedError:
        return None, ""
    finally:
        connection.close()


def until_it_answers(process, address, path, began):
    while time.monotonic() - began < PATIENCE:
        if process.poll() is not None:
            sys.exit(f"weir serve ended with {process.returncode}")
        if get(address, path)[0] == 200:
            return time.monotonic() - began
        time.sleep(0.005)
    sys.exit(f"{path} was not answered within {PATIENCE} s")


def start(log, *command):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = "127.0.0.1:%d" % free.getsockname()[1]
    began = time.monotonic()
    with open(log, "wb") as output:
        process = subprocess.Popen(
            [*command, "serve", "--listen", address],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    page = until_it_answers(process, address, "/", began)
    # Metrics are told once there is something to tell.
    records = until_it_answers(process, address, "/metrics", began)
    print(f"{process.pid} {address} {page:.3f} {records:.3f}")


def observed(address):
    """When the records were read last, as the server tells it."""
    lines = get(address, "/metrics")[1].splitlines()
    return next(line for line in lines if line.startswith("weir_observed_timestamp_seconds "))


def resident(pid):
    with open(f"/proc/{pid}/status") as status:
        fields = dict(line.split(":", 1) for line in status if ":" in line)
    return [int(fields[name].split()[0]) for name in ("VmRSS", "VmHWM")]


def worked(pid):
    """Seconds that cores worked for it."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def idle(pid, address, seconds):
    known = {observed(address)}
    began = time.monotonic()
    while len(known) <= SETTLED and time.monotonic() - began < PATIENCE:
        time.sleep(1)
        known.add(observed(address))
    before, cpu, most = observed(address), worked(pid), 0
    end = time.monotonic() + float(seconds)
    while time.monotonic() < end:
        time.sleep(0.2)
        most = max(most, resident(pid)[0])
    cpu = worked(pid) - cpu
    now, ever = resident(pid)
    again = "again" if observed(address) != before else "not-again"
    print(now, most, ever, f"{cpu:.2f}", again)


def main():
    what, arguments = sys.argv[1], sys.argv[2:]
    if what == "resident":
        print(*resident(*arguments))
    else:
        {"start": start, "idle": idle}[what](*arguments)


main()
