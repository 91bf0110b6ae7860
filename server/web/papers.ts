// Papers that go with a request or with a step of a case: a picture or a PDF, handed in before it.
import { post } from "./api.ts";

/** Kinds of files that a paper may be. */
export const PAPER_TYPES = "image/jpeg,image/png,application/pdf";
/** Papers that one step takes at most. */
export const MOST_PAPERS = 10;

/** Hands in a paper and returns the id of the stored file; "" for none. */
export async function handIn(file: File | null | undefined): Promise<string> {
  if (!file) return "";
  const body = new FormData();
  body.append("file", file, file.name);
  return (await post("/api/v1/files", { body, timeoutMs: 60_000, giveUpMs: 60_000 })).id;
}
