// Workbooks seen by another program: openpyxl, which has not written them.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Runs Python with openpyxl imported and `args` given; gives what the script prints as JSON (or nothing). */
export async function openpyxl(script, ...args) {
  const { stdout } = await promisify(execFile)('/usr/bin/python3',
    ['-c', `import datetime, json, sys, openpyxl\nargs = sys.argv[1:]\n${script}`, ...args],
    { timeout: 60_000, maxBuffer: 64 << 20 })
  return stdout ? JSON.parse(stdout) : undefined
}

/** Every sheet of a workbook: { name, state, rows, faults (coloured cells: comment), merged, widths }. */
export function sheetsOf(path) {
  return openpyxl(`
sheets = []
for sheet in openpyxl.load_workbook(args[0]):
    cells = [cell for row in sheet.iter_rows() for cell in row]
    sheets.append({
        'name': sheet.title, 'state': sheet.sheet_state,
        'rows': [[None if cell.value is None else str(cell.value) for cell in row] for row in sheet.iter_rows()],
        'faults': {cell.coordinate: cell.comment and cell.comment.text for cell in cells
                   if cell.fill.fgColor.rgb == 'FFFFC7CE'},
        'merged': sorted(str(merged) for merged in sheet.merged_cells.ranges),
        'widths': {key: round(column.width) for key, column in sheet.column_dimensions.items()}})
print(json.dumps(sheets))`, path)
}

/** Puts values into cells in place: { 'B5': 'text' } of the first sheet. */
export function mend(path, cells) {
  return openpyxl(`
book = openpyxl.load_workbook(args[0])
for place, value in json.loads(args[1]).items():
    book.worksheets[0][place] = value
book.save(args[0])`, path, JSON.stringify(cells))
}
