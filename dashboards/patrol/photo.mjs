/** Photos are made small on the phone: at most 1600 px and 600 KB, as JPEG, without hidden data. */

export const LONGEST = 1600
export const HEAVIEST = 600_000
const QUALITIES = [0.82, 0.7, 0.55, 0.4]

async function pixels(file) {
  try {
    return await createImageBitmap(file, { imageOrientation: 'from-image' })
  } catch {
    return null
  }
}

/** A JPEG blob, or null when the file is no picture that this phone can read. */
export async function shrink(file) {
  const image = await pixels(file)
  if (!image) return null
  const k = Math.min(1, LONGEST / Math.max(image.width, image.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(image.width * k))
  canvas.height = Math.max(1, Math.round(image.height * k))
  const pen = canvas.getContext('2d')
  pen.fillStyle = '#fff'
  pen.fillRect(0, 0, canvas.width, canvas.height)
  pen.drawImage(image, 0, 0, canvas.width, canvas.height)
  image.close()
  let blob = null
  for (const quality of QUALITIES) {
    blob = await new Promise((give) => { canvas.toBlob(give, 'image/jpeg', quality) })
    if (blob && blob.size <= HEAVIEST) break
  }
  return blob
}
