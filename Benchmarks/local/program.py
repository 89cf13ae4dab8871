"""The program that is measured, and how long and how much memory a run of it takes."""
import os, re, resource, statistics, subprocess, sys, time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
#: scripts/pmm builds it if need be; PMM_PROGRAM names another one.
PROGRAM = os.path.abspath(os.environ.get("PMM_PROGRAM", os.path.join(ROOT, "scripts", "pmm")))


def numbers(usage, *defaults):
    """Whole numbers above 0 from the command line, or their defaults."""
    given = sys.argv[1:]
    if len(given) > len(defaults) or not all(re.fullmatch("[1-9][0-9]{0,8}", text) for text in given):
        sys.exit(f"usage: scripts/bench {usage}")
    return [int(text) for text in given] + list(defaults[len(given):])


def build():
    """Builds the program, so that no building is timed."""
    subprocess.run([PROGRAM, "-e", "1"], check=True, stdout=subprocess.DEVNULL)


def run(*words):
    """Seconds, and what was printed."""
    start = time.monotonic()
    found = subprocess.run([PROGRAM, *words], check=True, stdout=subprocess.PIPE, text=True).stdout
    return time.monotonic() - start, found


def peak():
    """MiB that the largest program so far had at once."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def five(label, *words):
    """Times a command five times, after once for the page cache."""
    run(*words)
    times = [run(*words)[0] * 1e3 for _ in range(5)]
    print(f"{label}: {' '.join(f'{time:.0f}' for time in times)} ms; median {statistics.median(times):.0f} ms")


def suite(setting, value, filter, heading):
    """Runs a suite of tests that times something, and prints what it says from `heading` on."""
    words = [os.path.join(ROOT, "scripts", "test"), "--filter", filter]
    found = subprocess.run(words, env=os.environ | {setting: value}, stdout=subprocess.PIPE, text=True)
    lines = found.stdout.splitlines()
    first = next((place for place, line in enumerate(lines) if line.startswith(heading)), None)
    if found.returncode != 0 or first is None:
        sys.exit(found.stdout + f"scripts/bench: {filter} failed or printed nothing")
    print("\n".join(line for line in lines[first:] if not line or line[0] not in "✔✘◇"))


def write(path, text):
    with open(path, "w") as file:
        file.write(text)
    return path
