import type { AssetKind, Certification } from "../api/assets";

export const KINDS: readonly AssetKind[] = ["dataset", "job", "model"];
export const CERTIFICATIONS: readonly Certification[] = ["certified", "none", "rejected"];

/** What the list of assets keeps in its URL; `page` only counts, `cursor` is where the page begins. */
export interface AssetSearch {
  q?: string;
  kind?: AssetKind;
  namespace?: string;
  owner?: string;
  tag?: string;
  certification?: Certification;
  cursor?: string;
  page?: number;
}
