// The same as test/program/import-kill.test.mjs, fifty times.
process.env.XIETONG_KILLS = '50'
await import('../program/import-kill.test.mjs')
