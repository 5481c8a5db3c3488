// Donation: a call took a tensor's buffer to write its results there. Whoever still looks at that buffer gets an error, never other numbers.
import type { NdView, TypedArray } from '../array/nd.ts';
import { showType, type TensorType } from '../ir/types.ts';
import { DonationError } from '../util/errors.ts';
import { locationInStack, showLocation } from '../util/location.ts';

/** The call that took a buffer. `stack` is an Error made at the call: the engine formats its text only if somebody asks. */
export interface Donation {
  readonly call: string;
  readonly stack: Error;
}

// Keyed by typed array, not by tensor: views of a donated tensor share its array and are gone with it.
const donations = new WeakMap<TypedArray, Donation>();
let any = false;

/** The call that took this storage, or undefined. Costs nothing before the first donation. */
export function donationOf(data: TypedArray): Donation | undefined {
  return any ? donations.get(data) : undefined;
}

/**
 * @internal Takes the storage of a view for `donation.call`. The tensor and all its views throw a DonationError from now on.
 * Returns a view of the same memory through a fresh typed array, which may be written and handed out as a new tensor.
 */
export function takeStorage(view: NdView, donation: Donation): NdView {
  const { data } = view;
  any = true;
  donations.set(data, donation);
  return { ...view, data: data.subarray(0) };
}

/** The view itself, or a DonationError where a call took its storage. */
export function checkedView(view: NdView): NdView {
  const donation = donationOf(view.data);
  if (donation !== undefined) throw donationError(view, donation);
  return view;
}

// The error for a tensor whose buffer is gone: names the call that took it, and its line.
function donationError(type: TensorType, { call, stack }: Donation): DonationError {
  const site = stack.stack === undefined ? undefined : locationInStack(stack.stack);
  const where = site === undefined ? '' : ` at ${showLocation(site)}`;
  return new DonationError(
    `a tensor ${showType(type)} was used after its buffer was donated to ${call}${where}. Use the result of that call instead, or leave the argument out of \`donate\``,
  );
}
