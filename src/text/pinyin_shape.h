/*
 * pinyin_shape.h - the shape of the tables of readings, shared by the program that makes them (gen_pinyin.c) and pinyin.c,
 * which reads them. For the room's own files.
 */
#ifndef XT_TEXT_PINYIN_SHAPE_H
#define XT_TEXT_PINYIN_SHAPE_H

#include <stdint.h>

#define PINYIN_FIRST      0x3400
#define PINYIN_LAST       0x9FFF
#define PINYIN_NAME_SIZE  7 /* "zhuang" and a zero */
#define PINYIN_WORD_CHARS 6

struct pinyin_word {
    uint16_t n;
    uint16_t c[PINYIN_WORD_CHARS];
    uint16_t syllables[PINYIN_WORD_CHARS];
};

#endif
