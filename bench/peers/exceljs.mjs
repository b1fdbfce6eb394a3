// Every cell of a workbook through the streaming reader of exceljs: node exceljs.mjs FILE. Prints rows, cells, microseconds.
import ExcelJS from 'exceljs'

const began = process.hrtime.bigint()
let rows = 0, cells = 0
const options = { worksheets: 'emit', sharedStrings: 'cache', styles: 'cache', hyperlinks: 'ignore', entries: 'emit' }
for await (const sheet of new ExcelJS.stream.xlsx.WorkbookReader(process.argv[2], options)) {
  for await (const row of sheet) {
    rows++
    cells += row.values.length - 1
  }
}
console.log(JSON.stringify({ rows, cells, us: Number((process.hrtime.bigint() - began) / 1000n) }))
