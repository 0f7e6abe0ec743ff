/** Id numbers of residents (GB 11643) as one types: the rule of services/kit/idnumber.py. */

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const CHECKS = '10X98765432'
const OLDEST = '1880-01-01'

export const tidied = (text) => text.normalize('NFKC').replace(/[\s\-'’]/g, '').toUpperCase()

/** {born, sex} of a whole number; {problem, n} when it is wrong; null while it is not whole. */
export function read(text, today) {
  const number = tidied(text)
  if (!/^\d{0,17}[\dX]?$/.test(number)) return { problem: number.length > 18 ? 'forms.id.length' : 'forms.id.signs', n: number.length }
  if (number.length < 18) return null
  const sum = WEIGHTS.reduce((all, weight, at) => all + weight * Number(number[at]), 0)
  if (CHECKS[sum % 11] !== number[17]) return { problem: number.endsWith('000') ? 'forms.id.rounded' : 'forms.id.check' }
  const born = `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`
  const day = new Date(`${born}T00:00:00Z`)
  const real = !Number.isNaN(day.getTime()) && day.toISOString().startsWith(born)
  if (!real || born < OLDEST || born > today) return { problem: 'forms.id.date' }
  return { born, sex: 'fm'[Number(number[16]) % 2] }
}
