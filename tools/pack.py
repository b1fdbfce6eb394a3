#!/usr/bin/env python3
"""Packs region/, the rooms' SQL and the built page into one file and writes the index for it.

    pack.py --depfile D --out PACK INDEX.c PACK.S  SOURCE_DIR GEN_DIR

GEN_DIR/region/ adds generated files to SOURCE_DIR/region/. src/base/embed.h says what the program sees of it.
The same files give the same bytes: sorted, no times, no absolute paths.
"""
import argparse
import gzip
import hashlib
import json
import os
import sys

ALIGN = 64
NOT_PACKED = ('.md', '.mjs', '.py')


def walk(folder, prefix, seen):
    """Yields (packed path, file) below folder and notes every folder and file in seen, for the depfile."""
    seen.append(nearest(folder))
    if not os.path.isdir(folder):
        return
    for entry in sorted(os.scandir(folder), key=lambda e: e.name):
        if entry.name.startswith('.') or entry.name.endswith(NOT_PACKED):
            continue
        if entry.is_dir():
            yield from walk(entry.path, prefix + entry.name + '/', seen)
        else:
            seen.append(entry.path)
            yield prefix + entry.name, entry.path


def nearest(path):
    """The path or the nearest folder above it that exists: that one changes when the path comes to be."""
    while not os.path.exists(path):
        path = os.path.dirname(path)
    return path


def collect(source, gen, seen):
    files = {}

    def add(pairs):
        for path, file in pairs:
            if path in files:
                sys.exit(f'pack: {file} and {files[path]} are both packed as {path}')
            files[path] = file

    add(walk(os.path.join(source, 'region'), 'region/', seen))
    add(walk(os.path.join(gen, 'region'), 'region/', seen))
    rooms = os.path.join(source, 'src')
    seen.append(rooms)
    for room in sorted(os.listdir(rooms)):
        if os.path.isdir(os.path.join(rooms, room)):
            add(walk(os.path.join(rooms, room, 'sql'), f'sql/{room}/', seen))
    add(walk(os.path.join(source, 'web', 'dist'), 'web/', seen))
    if 'web/index.html' not in files:
        files['web/index.html'] = os.path.join(source, 'tools', 'no-page.html')
        seen.append(files['web/index.html'])
    return files


def pack(files, out_pack, index_lines):
    offset = 0

    def put(blob):
        nonlocal offset
        start = offset
        padding = ALIGN - len(blob) % ALIGN    # at least one: the zero byte after the content
        out_pack.write(blob + b'\0' * padding)
        offset += len(blob) + padding
        return start

    for path in sorted(files, key=lambda p: p.encode()):
        with open(files[path], 'rb') as file:
            data = file.read()
        at = put(data)
        packed = gzip.compress(data, 9, mtime=0) if path.startswith('web/') and len(data) > 512 else b''
        gz = 'NULL, 0'
        if packed and len(packed) < len(data) * 0.9:
            gz = f'xt_pack + {put(packed)}, {len(packed)}'
        etag = hashlib.sha256(data).hexdigest()[:16]
        index_lines.append(f'    {{{json.dumps(path)}, "{etag}", xt_pack + {at}, {len(data)}, {gz}}},')


def main():
    args = argparse.ArgumentParser()
    args.add_argument('--depfile', required=True)
    args.add_argument('--out', nargs=3, required=True)
    args.add_argument('source')
    args.add_argument('gen')
    args = args.parse_args()
    out_pack, out_c, out_s = args.out

    seen = []
    files = collect(args.source, args.gen, seen)
    lines = []
    with open(out_pack, 'wb') as out:
        pack(files, out, lines)
    with open(out_c, 'w', encoding='utf-8') as out:
        out.write('/* Written by tools/pack.py. */\n#include "base/embed.h"\n\n'
                  'extern const unsigned char xt_pack[];\n'
                  'extern const struct xt_embed_file xt_pack_files[];\n'
                  'extern const size_t xt_pack_count;\n\n'
                  'const struct xt_embed_file xt_pack_files[] = {\n' + '\n'.join(lines) + '\n};\n'
                  f'const size_t xt_pack_count = {len(lines)};\n')
    with open(out_s, 'w', encoding='utf-8') as out:
        # Without the note section the linker would give the whole program an executable stack.
        out.write(f'.section .rodata\n.balign {ALIGN}\n.global xt_pack\nxt_pack:\n.incbin "{out_pack}"\n'
                  '.section .note.GNU-stack,"",%progbits\n')
    with open(args.depfile, 'w', encoding='utf-8') as out:
        escaped = sorted({path.replace(' ', '\\ ').replace('$', '$$') for path in seen})
        out.write(f'{out_pack}: ' + ' \\\n  '.join(escaped) + '\n')


main()
