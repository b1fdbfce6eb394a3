/*
 * fold.h - the shape of the fold table, shared by the program that makes it (gen_fold.c) and token.c, which reads it.
 * For the room's own files.
 */
#ifndef XT_TEXT_FOLD_H
#define XT_TEXT_FOLD_H

#define FOLD_CODE_POINTS 0x40000 /* planes 0 to 3; what lies above separates */
#define FOLD_PAGE_BITS   7
#define FOLD_TARGET_MASK 0x1FFFFFu
#define FOLD_CLASS_SHIFT 21
#define FOLD_DIGIT       (1u << 23)
#define FOLD_EXPANDS     (1u << 24)

enum fold_class { FOLD_SEPARATES, FOLD_WORD, FOLD_HAN, FOLD_VANISHES };

#endif
