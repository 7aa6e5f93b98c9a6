// Made by `npm run generate` from proto/live_lambda/v1. Do not edit.
import * as $protobuf from "protobufjs";
import Long = require("long");

/** Namespace live_lambda. */
export namespace live_lambda {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of a TunnelHere.
         * @deprecated Use live_lambda.v1.TunnelHere.$Properties instead.
         */
        interface ITunnelHere extends live_lambda.v1.TunnelHere.$Properties {
        }

        /** Represents a TunnelHere. */
        class TunnelHere {

            /**
             * Constructs a new TunnelHere.
             * @param [properties] Properties to set
             */
            constructor(properties?: live_lambda.v1.TunnelHere.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TunnelHere tunnelInstance. */
            tunnelInstance: Uint8Array;

            /** TunnelHere ageMs. */
            ageMs: number;

            /** TunnelHere identityKey. */
            identityKey: Uint8Array;

            /** TunnelHere owner. */
            owner: string;

            /**
             * Encodes the specified TunnelHere message. Does not implicitly {@link live_lambda.v1.TunnelHere.verify|verify} messages.
             * @param message TunnelHere message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: live_lambda.v1.TunnelHere.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TunnelHere message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {live_lambda.v1.TunnelHere & live_lambda.v1.TunnelHere.$Shape} TunnelHere
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): live_lambda.v1.TunnelHere & live_lambda.v1.TunnelHere.$Shape;
        }

        namespace TunnelHere {

            /** Properties of a TunnelHere. */
            interface $Properties {

                /** TunnelHere tunnelInstance */
                tunnelInstance?: (Uint8Array|null);

                /** TunnelHere ageMs */
                ageMs?: (number|null);

                /** TunnelHere identityKey */
                identityKey?: (Uint8Array|null);

                /** TunnelHere owner */
                owner?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TunnelHere. */
            type $Shape = live_lambda.v1.TunnelHere.$Properties;
        }

        /**
         * Properties of a TakeOver.
         * @deprecated Use live_lambda.v1.TakeOver.$Properties instead.
         */
        interface ITakeOver extends live_lambda.v1.TakeOver.$Properties {
        }

        /** Represents a TakeOver. */
        class TakeOver {

            /**
             * Constructs a new TakeOver.
             * @param [properties] Properties to set
             */
            constructor(properties?: live_lambda.v1.TakeOver.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TakeOver tunnelInstance. */
            tunnelInstance: Uint8Array;

            /** TakeOver holderInstance. */
            holderInstance: Uint8Array;

            /** TakeOver identityKey. */
            identityKey: Uint8Array;

            /** TakeOver owner. */
            owner: string;

            /** TakeOver app. */
            app: string;

            /** TakeOver session. */
            session: string;

            /**
             * Encodes the specified TakeOver message. Does not implicitly {@link live_lambda.v1.TakeOver.verify|verify} messages.
             * @param message TakeOver message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: live_lambda.v1.TakeOver.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TakeOver message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {live_lambda.v1.TakeOver & live_lambda.v1.TakeOver.$Shape} TakeOver
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): live_lambda.v1.TakeOver & live_lambda.v1.TakeOver.$Shape;
        }

        namespace TakeOver {

            /** Properties of a TakeOver. */
            interface $Properties {

                /** TakeOver tunnelInstance */
                tunnelInstance?: (Uint8Array|null);

                /** TakeOver holderInstance */
                holderInstance?: (Uint8Array|null);

                /** TakeOver identityKey */
                identityKey?: (Uint8Array|null);

                /** TakeOver owner */
                owner?: (string|null);

                /** TakeOver app */
                app?: (string|null);

                /** TakeOver session */
                session?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TakeOver. */
            type $Shape = live_lambda.v1.TakeOver.$Properties;
        }

        /**
         * Properties of a HandOver.
         * @deprecated Use live_lambda.v1.HandOver.$Properties instead.
         */
        interface IHandOver extends live_lambda.v1.HandOver.$Properties {
        }

        /** Represents a HandOver. */
        class HandOver {

            /**
             * Constructs a new HandOver.
             * @param [properties] Properties to set
             */
            constructor(properties?: live_lambda.v1.HandOver.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** HandOver tunnelInstance. */
            tunnelInstance: Uint8Array;

            /** HandOver toInstance. */
            toInstance: Uint8Array;

            /** HandOver identityKey. */
            identityKey: Uint8Array;

            /** HandOver finished. */
            finished: number;

            /** HandOver unfinishedCount. */
            unfinishedCount: number;

            /** HandOver unfinished. */
            unfinished: live_lambda.v1.Unfinished.$Properties[];

            /** HandOver ended. */
            ended: boolean;

            /**
             * Encodes the specified HandOver message. Does not implicitly {@link live_lambda.v1.HandOver.verify|verify} messages.
             * @param message HandOver message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: live_lambda.v1.HandOver.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a HandOver message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {live_lambda.v1.HandOver & live_lambda.v1.HandOver.$Shape} HandOver
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): live_lambda.v1.HandOver & live_lambda.v1.HandOver.$Shape;
        }

        namespace HandOver {

            /** Properties of a HandOver. */
            interface $Properties {

                /** HandOver tunnelInstance */
                tunnelInstance?: (Uint8Array|null);

                /** HandOver toInstance */
                toInstance?: (Uint8Array|null);

                /** HandOver identityKey */
                identityKey?: (Uint8Array|null);

                /** HandOver finished */
                finished?: (number|null);

                /** HandOver unfinishedCount */
                unfinishedCount?: (number|null);

                /** HandOver unfinished */
                unfinished?: (live_lambda.v1.Unfinished.$Properties[]|null);

                /** HandOver ended */
                ended?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a HandOver. */
            type $Shape = live_lambda.v1.HandOver.$Properties;
        }

        /**
         * Properties of an Unfinished.
         * @deprecated Use live_lambda.v1.Unfinished.$Properties instead.
         */
        interface IUnfinished extends live_lambda.v1.Unfinished.$Properties {
        }

        /** Represents an Unfinished. */
        class Unfinished {

            /**
             * Constructs a new Unfinished.
             * @param [properties] Properties to set
             */
            constructor(properties?: live_lambda.v1.Unfinished.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Unfinished functionPath. */
            functionPath: string;

            /** Unfinished runningMs. */
            runningMs: number;

            /**
             * Encodes the specified Unfinished message. Does not implicitly {@link live_lambda.v1.Unfinished.verify|verify} messages.
             * @param message Unfinished message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: live_lambda.v1.Unfinished.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Unfinished message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {live_lambda.v1.Unfinished & live_lambda.v1.Unfinished.$Shape} Unfinished
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): live_lambda.v1.Unfinished & live_lambda.v1.Unfinished.$Shape;
        }

        namespace Unfinished {

            /** Properties of an Unfinished. */
            interface $Properties {

                /** Unfinished functionPath */
                functionPath?: (string|null);

                /** Unfinished runningMs */
                runningMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Unfinished. */
            type $Shape = live_lambda.v1.Unfinished.$Properties;
        }
    }
}
