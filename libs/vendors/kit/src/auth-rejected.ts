import { VendorAuthExpired } from '@warmshift/vendors/contract';

/**
 * The vendor did not take the token of one call (401). `withToken` answers it by one renewal; where nobody
 * does, it says what its parent says: a person must act.
 */
export class VendorAuthRejected extends VendorAuthExpired {}
