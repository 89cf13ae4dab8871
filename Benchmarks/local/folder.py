"""scripts/bench folder [USERS [ITEMS]]: loads a folder of USERS x 50 events over ITEMS items, five times."""
import os, random, tempfile
import program

users, items = program.numbers("folder [USERS [ITEMS]]", 2000, 5000)
with tempfile.TemporaryDirectory() as folder:
    draw = random.Random(1)
    program.write(
        os.path.join(folder, "items.csv"), "item,title,description,image\n"
        + "".join(f'{item},Item {item},"words, of item {item}",\n' for item in range(items)))
    program.write(
        os.path.join(folder, "interactions.csv"), "user,item,timestamp\n"
        + "".join(f"{user},{draw.randrange(items)},{user * 50 + event}\n" for user in range(users) for event in range(50)))
    load = program.write(os.path.join(folder, "load.pmm"), f'data = dataset("{folder}")\n')
    empty = program.write(os.path.join(folder, "empty.pmm"), "")
    program.build()
    program.five("start alone", "run", empty)
    program.five(f"load {users * 50} events, {items} items", "run", load)
