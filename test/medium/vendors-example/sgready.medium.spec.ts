import { closeVendorHttp } from '@warmshift/vendors/kit';
import { sgready } from '@warmshift/vendors/sgready';
import { conformance } from '../../../libs/vendors/contract/testing/conformance';
import { sgreadyHarness } from '../../../libs/vendors/sgready/testing/conformance-double';

afterAll(() => closeVendorHttp());

conformance(sgready, sgreadyHarness);
