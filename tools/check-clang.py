#!/usr/bin/env python3
"""check-clang.py syntax|tidy BUILD: reads every C file of our own as clang sees it, with the options of BUILD.

gcc, which builds the program, lets some faults pass: ICU's names are macros of a system header, so that a function
used without its header compiles there. clang refuses it.
"""
import concurrent.futures
import json
import os
import shlex
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# Warnings of clang alone that are about taste: a long string in a list, "&" that is to look at both sides.
TASTE = ('-Wno-string-concatenation', '-Wno-bitwise-instead-of-logical')
WITH_VALUE = ('-o', '-MF', '-MQ', '-MT')


def options(command):
    """What clang needs of a gcc command: no output, no dependency file, no sanitizer."""
    kept = []
    skip = False
    first = next(i for i, word in enumerate(command) if word.startswith('-'))   # behind "cc", or "ccache cc"
    for word in command[first:]:
        if skip:
            skip = False
        elif word in WITH_VALUE:
            skip = True
        elif not word.startswith(('-fsanitize', '-fno-sanitize', '-fdiagnostics', '-M', '-O', '-g')) and word != '-c':
            kept.append(word)
    return kept[:-1]    # the last is the file


def check(kind, entry, file):
    args = options(shlex.split(entry['command']))
    if kind == 'syntax':
        command = ['clang', '-fsyntax-only', *args, *TASTE, file]
    else:
        command = ['clang-tidy', '--quiet', f'--config-file={TOP}/.clang-tidy', file, '--', *args, '-w']
    done = subprocess.run(command, cwd=entry['directory'], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    noise = (' warnings generated.', ' warning generated.')
    lines = [line for line in done.stdout.splitlines() if not line.endswith(noise) and 'Suppressed' not in line
             and 'Use -header-filter' not in line]
    return done.returncode, '\n'.join(lines)


def main():
    kind, build = sys.argv[1:]
    files = {}
    with open(os.path.join(build, 'compile_commands.json'), encoding='utf-8') as file:
        for entry in json.load(file):
            path = os.path.realpath(os.path.join(entry['directory'], entry['file']))
            if path.startswith(TOP + '/src/') and path.endswith('.c'):
                files[path] = entry
    faults = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for code, text in pool.map(lambda path: check(kind, files[path], path), sorted(files)):
            if code:
                faults += 1
                print(text)
    if not files:
        sys.exit('no C file found')
    sys.exit(1 if faults else 0)


main()
