#!/usr/bin/env python3
"""check-source.py layers|sql|messages|addresses|scope: rules of this code that no compiler knows. Prints FILE:LINE: fault."""
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def own_files(*patterns):
    listed = subprocess.run(['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', *patterns],
                            cwd=TOP, stdout=subprocess.PIPE, check=True).stdout.decode()
    return sorted(file for file in listed.split('\0') if file and os.path.isfile(os.path.join(TOP, file)))


def lines(file):
    with open(os.path.join(TOP, file), encoding='utf-8', errors='replace') as text:
        return text.read().splitlines()


# --- layers ----------------------------------------------------------------------------------------------------------

def rooms():
    """The rooms, top to bottom, as src/meson.build lists them."""
    with open(os.path.join(TOP, 'src', 'meson.build'), encoding='utf-8') as text:
        block = re.search(r'xt_rooms = \[(.*?)\]', text.read(), re.DOTALL).group(1)
    return re.findall(r"'(\w+)'", block)


def layers():
    """A room includes rooms above it only, and *_priv.h only its own. Tests may use every room."""
    order = {room: rank for rank, room in enumerate(rooms())}
    for file in own_files('src/*.c', 'src/*.h'):
        parts = file.split('/')
        room = parts[1] if len(parts) > 2 else None
        if room is not None and room not in order:
            yield file, 1, f'the room {room} is not in the list of src/meson.build'
            continue
        is_test = parts[-1].startswith(('test_', 'fuzz_'))
        for number, line in enumerate(lines(file), 1):
            found = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if not found:
                continue
            header = found.group(1)
            if room is None and '/' not in header:
                continue    # main.c and rooms.c, which know all rooms
            other = header.split('/')[0] if '/' in header else room
            if other not in order:
                yield file, number, f'"{header}" is in no room'
            elif header.endswith('_priv.h') and other != room:
                yield file, number, f'"{header}" is for the room {other} only'
            elif room and not is_test and order[other] > order[room]:
                yield file, number, f'"{header}": {other} stands below {room}'


# --- SQL -------------------------------------------------------------------------------------------------------------

NO_COLUMN = ('CONSTRAINT', 'PRIMARY', 'UNIQUE', 'CHECK', 'FOREIGN', 'EXCLUDE')


def sql():
    """Each table has a comment above it; each column one behind it or above it."""
    for file in own_files('src/*/sql/*.sql'):
        commented = False    # the line above is a comment, or belongs to a statement that has one
        depth = 0            # of brackets, inside CREATE TABLE
        starts_column = False
        for number, line in enumerate(lines(file), 1):
            code, _, comment = line.partition('--')
            code = code.strip()
            if not code:
                commented = bool(comment)
                continue
            table = re.match(r'CREATE\s+(?:VIRTUAL\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?"?(\w+)', code, re.IGNORECASE)
            if table and depth == 0:
                if not commented and not comment:
                    yield file, number, f'the table {table.group(1)} has no comment'
                depth, starts_column = code.count('(') - code.count(')'), True
                commented = False
                continue
            if depth > 0:
                word = code.split()[0].strip('"(),').upper()
                if depth == 1 and starts_column and re.match(r'[A-Z_]\w*$', word) and word not in NO_COLUMN \
                        and not commented and not comment:
                    yield file, number, f'the column {word.lower()} has no comment'
                depth += code.count('(') - code.count(')')
                starts_column = depth == 1 and code.endswith(',')
            commented = False


# --- messages --------------------------------------------------------------------------------------------------------

def messages():
    """Each message once, in both languages, with the same arguments in both."""
    file = 'src/base/msg.def'
    seen = {}
    text = '\n'.join(lines(file))
    row = re.compile(r'^X\(\s*(\w+)\s*,\s*((?:"(?:[^"\\]|\\.)*"\s*)+),\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\)', re.MULTILINE)
    found = list(row.finditer(text))
    for match in found:
        number = text.count('\n', 0, match.start()) + 1
        name, zh, en = match.group(1), match.group(2), match.group(3)
        if name in seen:
            yield file, number, f'{name} stands in line {seen[name]} already'
        seen[name] = number
        if name != 'NONE' and (not zh.strip('" ') or not en.strip('" ')):
            yield file, number, f'{name} lacks a language'
        if set(re.findall(r'\{\d\}', zh)) != set(re.findall(r'\{\d\}', en)):
            yield file, number, f'{name} does not use the same arguments in both languages'
    if len(found) != len(re.findall(r'^X\(', text, re.MULTILINE)):
        yield file, 1, 'holds a row that is not X(NAME, "...", "...")'


# --- addresses -------------------------------------------------------------------------------------------------------

def addresses():
    """No package registry is named: each machine has its own."""
    registry = re.compile(r'registry[.](npmjs|yarnpkg)|npm[m]irror|npm[.]taobao|files[.]pythonhosted|'
                          r'(deb|ftp)[.]debian[.]org|"resolved"\s*:')
    for file in own_files():
        if os.path.getsize(os.path.join(TOP, file)) > 4 << 20:
            continue
        for number, line in enumerate(lines(file), 1):
            if registry.search(line):
                yield file, number, 'names a package registry'


# --- what leaves by itself --------------------------------------------------------------------------------------------

def scope():
    """A variable that is released at the end of its scope has a value from its beginning: a return may come first."""
    for file in own_files('src/*.c', 'bench/*.c', 'tools/*.c'):
        for number, line in enumerate(lines(file), 1):
            found = re.match(r'\s*XT_AUTO\(\w+\)\s+[\w *]*?[ *](\w+(?:\s*,\s*\w+)*)\s*;', line)
            if found:
                yield file, number, f'{found.group(1)}: XT_AUTO without a first value'


def main():
    checks = {'layers': layers, 'sql': sql, 'messages': messages, 'addresses': addresses, 'scope': scope}
    faults = list(checks[sys.argv[1]]())
    for file, number, fault in faults:
        print(f'{file}:{number}: {fault}')
    sys.exit(1 if faults else 0)


main()
