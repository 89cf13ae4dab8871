"""scripts/bench data [MILLIONS]: loads events of 500,000 users and 200,000 items, three times. There is no file of items, so
what is timed is reading, numbering, sorting and the fingerprint."""
import os, random, sys, tempfile
import program

[millions] = program.numbers("data [MILLIONS]", 10)
with tempfile.TemporaryDirectory() as folder:
    draw = random.Random(1)
    with open(os.path.join(folder, "interactions.csv"), "w") as file:
        file.write("user,item,timestamp\n")
        for _ in range(millions * 10):
            users = draw.choices(range(500_000), k=100_000)
            items = draw.choices(range(200_000), k=100_000)
            times = draw.choices(range(1_500_000_000, 1_600_000_000), k=100_000)
            file.writelines(f"u{user},i{item},{time}\n" for user, item, time in zip(users, items, times))
    script = program.write(os.path.join(folder, "load.pmm"), f'data = dataset("{folder}")\nprint(data.events)\n')
    program.build()
    with open(os.path.join(folder, "interactions.csv"), "rb") as file:  # in the page cache, so that no disk is timed
        while file.read(1 << 24):
            pass
    for _ in range(3):
        seconds, found = program.run("run", script)
        if found.split()[-1].replace(",", "") != str(millions * 1_000_000):
            sys.exit("not all events were read: " + found)
        print(f"load {millions} million events: {seconds:.2f} s, at most {program.peak():.0f} MiB")
