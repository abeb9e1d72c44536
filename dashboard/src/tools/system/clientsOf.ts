/** Whose clients the page lists: with several webs each knows its own, and a proxy may ask any of them. */

import type { Connections } from "../../connection/api";

const TRIES = 4;

/** The list of the web that `process` names, which spread requests reach soon; else the last that another gave. */
export async function clientsOf(process: string | undefined, list: () => Promise<Connections>): Promise<Connections> {
  let found = await list();
  for (let tries = 1; tries < TRIES && process !== undefined && found.process !== process; tries++) found = await list();
  return found;
}
