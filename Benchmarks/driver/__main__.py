"""scripts/bench: see README.md."""
import argparse, os, signal, sys, tempfile

import cases, report
from sides import HERE, Own, Peer, Side, Trouble, check_program, check_python, tuned

ROOT = os.path.dirname(HERE)


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("cases", nargs="+", metavar="CASE", help=f"{', '.join([*cases.GROUPS, *cases.BY_NAME])}")
    parser.add_argument("--peers", metavar="PYTHON", help="a Python that has PyTorch, to measure it in turn with pmm")
    parser.add_argument("--threads", type=int, default=2, metavar="N")
    parser.add_argument("--turns", type=int, metavar="N", help="turns of each side")
    parser.add_argument("--steps", type=int, metavar="N", help="timed steps of a turn")
    parser.add_argument(
        "--program", default=os.environ.get("PMM_PROGRAM", os.path.join(ROOT, "scripts", "pmm")), metavar="PATH",
        help="the pmm to measure; scripts/pmm, or what PMM_PROGRAM names")
    parser.add_argument("--priority", action="store_true", help="run all sides before other programs of the machine (root)")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="a line of JSON a case")
    form.add_argument("--markdown", action="store_true", help="a table for a document")
    form.add_argument("--into", metavar="FILE", help="that table, in the place of the one between the marks of a document")
    given = parser.parse_args()
    for name in ("threads", "turns", "steps"):
        value = getattr(given, name)
        if value is not None and not 1 <= value <= 10000:
            parser.error(f"--{name} is 1 to 10000, not {value}")
    given.words = given.cases
    given.cases = [name for word in given.cases for name in cases.GROUPS.get(word, [word])]
    for name in given.cases:
        if name not in cases.BY_NAME:
            parser.error(f"there is no case {name}; the cases are {', '.join([*cases.GROUPS, *cases.BY_NAME])}")
    return given


def check(case, own, peers):
    """The two sides do the same work: as many parameters, and the same loss at the start."""
    for peer in peers:
        if peer.threads != own.threads:
            raise Trouble(f"{case.name}: pmm has {own.threads} threads and {peer.name} {peer.threads}")
        if abs(own.parameters - peer.parameters) > case.parameters * peer.parameters:
            raise Trouble(f"{case.name}: pmm has {own.parameters} parameters and {peer.name} {peer.parameters}")
        if case.bound is None:
            continue
        if own.loss is None or peer.loss is None or not abs(own.loss - peer.loss) <= case.bound * abs(peer.loss):
            raise Trouble(
                f"{case.name}: the first loss of pmm is {own.loss} and that of {peer.name} {peer.loss}, which are further "
                f"apart than {100 * case.bound:g} %: the two do not compute the same")


def alternate(case, sides, turns, steps, times, peaks):
    """Asks each side in turn for a turn; the first step of each is not timed, so that caches are warm."""
    for turn in range(turns):
        for key, side in sides.items():
            times.setdefault(key, []).extend(side.turn(steps, 1 if turn else 2))
        if turn == 0:
            check(case, sides["own"], [side for key, side in sides.items() if key != "own"])
    for key, side in sides.items():
        peaks[key] = max(peaks.get(key, 0), side.peak())


def measure(case, given, version, environments):
    """Measures one case; peers that do not fit into memory together are measured one after the other."""
    rounds = [list(environments)] or [[]]
    room = report.available_memory()
    if len(environments) > 1 and len(environments) * case.memory + 1 > room:
        print(f"{case.name}: {room:.0f} GiB are free, so the peers are measured one after the other", file=sys.stderr)
        rounds = [[name] for name in environments]
    times, peaks, facts = {}, {}, {}
    with tempfile.TemporaryDirectory() as folder:
        case.data(folder, case.sizes)
        for names in rounds:
            sides = {}
            try:
                sides["own"] = Own(given.program, version, given.threads, case, folder)
                for name in names:
                    sides[name] = Peer(f"{name} PyTorch", given.peers, given.threads, case, environments[name])
                alternate(case, sides, given.turns or case.turns, given.steps or case.steps, times, peaks)
                facts |= {key: {"program": side.version, "first_loss": side.loss} for key, side in sides.items()}
            finally:
                for side in sides.values():
                    side.end()
    return report.Result(case, {key: (times[key], peaks[key], facts[key]) for key in times})


def main():
    given = arguments()
    # A request to end is an end like Ctrl-C: no side outlives it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    machine = report.machine()
    given.program = os.path.abspath(given.program)
    version = check_program(given.program)
    Side.goes_first = given.priority
    load = os.getloadavg()[0]
    if load > 0.5:
        print(f"note: other programs are at work (load {load:.1f}), so times will spread", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        environments = {}
        if given.peers:
            check_python(given.peers)
            environments = {"stock": {}, "tuned": tuned(folder)}
        table = [report.heading(machine, given), "", *report.HEADER]
        if given.markdown:
            print("\n".join(table))
        if given.into:
            report.put([], given.into)
        for name in given.cases:
            result = measure(cases.BY_NAME[name], given, version, environments)
            text = (
                result.json(machine, given.threads, load) if given.json else result.row() if given.markdown else result.line())
            print(text, flush=True)
            table.append(result.row())
        if given.into:
            report.put(table, given.into)


if __name__ == "__main__":
    try:
        main()
    except Trouble as trouble:
        sys.exit(f"scripts/bench: {trouble}")
    except KeyboardInterrupt:
        sys.exit(130)
