// The pictures are taken on the way through the test.
import './closed.test';
