// Donation: a call took a tensor's buffer to write its results there. Whoever still looks at that buffer gets an error, never other numbers.
import type { NdView, TypedArray } from '../array/nd.ts';
import { showType, type TensorType } from '../ir/types.ts';
import { DonationError } from '../util/errors.ts';
import { locationInStack, showLocation } from '../util/location.ts';

/** The call that took a buffer. */
export interface Donation {
  /** The function that was called. */
  readonly to: string;
  /** Which call of it, counted from 1. */
  readonly number: number;
  /** An Error made at that call, or where that would take too long at the first: the engine formats its text only if somebody asks. */
  readonly stack: Error;
  readonly stackOf: 'this call' | 'the first';
}

// Keyed by typed array, not by tensor: views of a donated tensor share its array and are gone with it.
const donations = new WeakMap<TypedArray, Donation>();
let any = false;

/** The call that took this storage, or undefined. Costs nothing before the first donation. */
export function donationOf(data: TypedArray): Donation | undefined {
  return any ? donations.get(data) : undefined;
}

/** @internal Takes the storage of a view. Every tensor that looks at the array returned throws a DonationError from now on; it may be written and handed out again as another array over the same memory. */
export function takeStorage({ data }: NdView, donation: Donation): TypedArray {
  any = true;
  donations.set(data, donation);
  return data;
}

/** The view itself, or a DonationError where a call took its storage. */
export function checkedView(view: NdView): NdView {
  const donation = donationOf(view.data);
  if (donation !== undefined) throw donationError(view, donation);
  return view;
}

/** The error for a tensor whose buffer is gone: names the call that took it, and its line. */
export function donationError(type: TensorType, { to, number, stack, stackOf }: Donation): DonationError {
  const site = stack.stack === undefined ? undefined : locationInStack(stack.stack);
  const at = site === undefined ? '' : ` at ${showLocation(site)}`;
  const call = stackOf === 'this call' ? `${to}${at}` : `call ${number} of ${to}, whose first was${at}`;
  return new DonationError(
    `a tensor ${showType(type)} was used after its buffer was donated to ${call}. Use the result of that call instead, or leave the argument out of \`donate\``,
  );
}
