// A photo made small in the phone, before it is kept or sent: at most 1280 pixels a side, JPEG. What
// the camera wrote beside the picture (place, time) does not survive the canvas; the server writes
// it anew all the same.
export const LONGEST = 1280;
const QUALITY = 0.8;

/** The photo, smaller; null for a file that is no picture. */
export async function shrunk(file: Blob): Promise<Blob | null> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return null;
  }
  const part = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * part));
  canvas.height = Math.max(1, Math.round(picture.height * part));
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
}
