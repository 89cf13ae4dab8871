"""scripts/bench evaluation [USERS [ITEMS]]: ranks ITEMS items for USERS users by vectors of 64 numbers that were never
trained. What is timed is the ranking, which must never hold users times items."""
import os, random, tempfile
import program

users, items = program.numbers("evaluation [USERS [ITEMS]]", 20_000, 50_000)
with tempfile.TemporaryDirectory() as folder:
    draw = random.Random(1)
    program.write(
        os.path.join(folder, "items.csv"),
        "item,title,description,image\n" + "".join(f"{item},Item {item},,\n" for item in range(items)))
    program.write(
        os.path.join(folder, "interactions.csv"), "user,item,timestamp\n"
        + "".join(f"{user},{draw.randrange(items)},{event}\n" for user in range(users) for event in range(20)))
    script = program.write(
        os.path.join(folder, "rank.pmm"),
        f'from recommenders import SASRec\ndata = dataset("{folder}")\n'
        f"show(evaluate(SASRec({items}, width = 64), data.test, [hr(10), ndcg(10)]))\n")
    program.build()
    seconds, found = program.run("run", script)
    print(f"{found}{seconds:.2f} s, at most {program.peak():.0f} MiB")
