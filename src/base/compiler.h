/*
 * compiler.h - the few compiler features the house relies on (GCC and Clang).
 */
#ifndef XT_BASE_COMPILER_H
#define XT_BASE_COMPILER_H

#define XT_MUST_USE              __attribute__((warn_unused_result))
#define XT_PRINTF(string, first) __attribute__((format(printf, string, first)))
#define XT_NORETURN              __attribute__((noreturn))
#define XT_UNUSED                __attribute__((unused))

/* Runs fn(&variable) when the variable leaves its scope. */
#define XT_AUTO(fn)     __attribute__((cleanup(fn)))

#define XT_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define XT_KIB          1024UL
#define XT_MIB          (1024UL * 1024UL)
#define XT_GIB          (1024UL * 1024UL * 1024UL)

#endif
