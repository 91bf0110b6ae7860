// Digest of a file, computed in the browser: the file itself stays where it is.

/** SHA-256 of a file in hexadecimal digits; "" where the browser offers no Web Crypto (a page without HTTPS). */
export async function digestOf(file: Blob): Promise<string> {
  // `subtle` is missing on pages without HTTPS, whatever its type says.
  const subtle = crypto.subtle as SubtleCrypto | undefined;
  if (!subtle) return "";
  const bytes = new Uint8Array(await subtle.digest("SHA-256", await file.arrayBuffer()));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
