// Made by `npm run generate` from proto/live_lambda/v1. Do not edit.
import * as $protobuf from "protobufjs";
import Long = require("long");

/** Namespace live_lambda. */
export namespace live_lambda {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of a ChannelEvent.
         * @deprecated Use live_lambda.v1.ChannelEvent.$Properties instead.
         */
        interface IChannelEvent extends live_lambda.v1.ChannelEvent.$Properties {
        }

        /** Represents a ChannelEvent. */
        class ChannelEvent {

            /**
             * Constructs a new ChannelEvent.
             * @param [properties] Properties to set
             */
            constructor(properties?: live_lambda.v1.ChannelEvent.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ChannelEvent hello. */
            hello?: (Uint8Array|null);

            /** ChannelEvent welcome. */
            welcome?: (live_lambda.v1.Signed.$Properties|null);

            /** ChannelEvent frame. */
            frame?: (live_lambda.v1.Frame.$Properties|null);

            /** ChannelEvent tunnelHere. */
            tunnelHere?: (live_lambda.v1.Signed.$Properties|null);

            /** ChannelEvent probe. */
            probe?: (live_lambda.v1.Probe.$Properties|null);

            /** ChannelEvent takeOver. */
            takeOver?: (live_lambda.v1.Signed.$Properties|null);

            /** ChannelEvent handOver. */
            handOver?: (live_lambda.v1.Signed.$Properties|null);

            /** ChannelEvent kind. */
            kind?: ("hello"|"welcome"|"frame"|"tunnelHere"|"probe"|"takeOver"|"handOver");

            /**
             * Encodes the specified ChannelEvent message. Does not implicitly {@link live_lambda.v1.ChannelEvent.verify|verify} messages.
             * @param message ChannelEvent message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: live_lambda.v1.ChannelEvent.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ChannelEvent message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {live_lambda.v1.ChannelEvent & live_lambda.v1.ChannelEvent.$Shape} ChannelEvent
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): live_lambda.v1.ChannelEvent & live_lambda.v1.ChannelEvent.$Shape;
        }

        namespace ChannelEvent {

            /** Properties of a ChannelEvent. */
            interface $Properties {

                /** ChannelEvent hello */
                hello?: (Uint8Array|null);

                /** ChannelEvent welcome */
                welcome?: (live_lambda.v1.Signed.$Properties|null);

                /** ChannelEvent frame */
                frame?: (live_lambda.v1.Frame.$Properties|null);

                /** ChannelEvent tunnelHere */
                tunnelHere?: (live_lambda.v1.Signed.$Properties|null);

                /** ChannelEvent probe */
                probe?: (live_lambda.v1.Probe.$Properties|null);

                /** ChannelEvent takeOver */
                takeOver?: (live_lambda.v1.Signed.$Properties|null);

                /** ChannelEvent handOver */
                handOver?: (live_lambda.v1.Signed.$Properties|null);

                /** ChannelEvent kind */
                kind?: ("hello"|"welcome"|"frame"|"tunnelHere"|"probe"|"takeOver"|"handOver");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a ChannelEvent. */
            type $Shape = {
              hello?: Uint8Array|null;
              welcome?: live_lambda.v1.Signed.$Shape|null;
              frame?: live_lambda.v1.Frame.$Shape|null;
              tunnelHere?: live_lambda.v1.Signed.$Shape|null;
              probe?: live_lambda.v1.Probe.$Shape|null;
              takeOver?: live_lambda.v1.Signed.$Shape|null;
              handOver?: live_lambda.v1.Signed.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ kind?: undefined; hello?: null; welcome?: null; frame?: null; tunnelHere?: null; probe?: null; takeOver?: null; handOver?: null }|{ kind?: "hello"; hello: Uint8Array; welcome?: null; frame?: null; tunnelHere?: null; probe?: null; takeOver?: null; handOver?: null }|{ kind?: "welcome"; hello?: null; welcome: live_lambda.v1.Signed.$Shape; frame?: null; tunnelHere?: null; probe?: null; takeOver?: null; handOver?: null }|{ kind?: "frame"; hello?: null; welcome?: null; frame: live_lambda.v1.Frame.$Shape; tunnelHere?: null; probe?: null; takeOver?: null; handOver?: null }|{ kind?: "tunnelHere"; hello?: null; welcome?: null; frame?: null; tunnelHere: live_lambda.v1.Signed.$Shape; probe?: null; takeOver?: null; handOver?: null }|{ kind?: "probe"; hello?: null; welcome?: null; frame?: null; tunnelHere?: null; probe: live_lambda.v1.Probe.$Shape; takeOver?: null; handOver?: null }|{ kind?: "takeOver"; hello?: null; welcome?: null; frame?: null; tunnelHere?: null; probe?: null; takeOver: live_lambda.v1.Signed.$Shape; handOver?: null }|{ kind?: "handOver"; hello?: null; welcome?: null; frame?: null; tunnelHere?: null; probe?: null; takeOver?: null; handOver: live_lambda.v1.Signed.$Shape })
            );
        }

        /**
         * Properties of a Signed.
         * @deprecated Use live_lambda.v1.Signed.$Properties instead.
         */
        interface ISigned extends live_lambda.v1.Signed.$Properties {
        }

        /** Represents a Signed. */
        class Signed {

            /**
             * Constructs a new Signed.
             * @param [properties] Properties to set
             */
            constructor(properties?: live_lambda.v1.Signed.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Signed body. */
            body: Uint8Array;

            /** Signed signature. */
            signature: Uint8Array;

            /**
             * Encodes the specified Signed message. Does not implicitly {@link live_lambda.v1.Signed.verify|verify} messages.
             * @param message Signed message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: live_lambda.v1.Signed.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Signed message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {live_lambda.v1.Signed & live_lambda.v1.Signed.$Shape} Signed
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): live_lambda.v1.Signed & live_lambda.v1.Signed.$Shape;
        }

        namespace Signed {

            /** Properties of a Signed. */
            interface $Properties {

                /** Signed body */
                body?: (Uint8Array|null);

                /** Signed signature */
                signature?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Signed. */
            type $Shape = live_lambda.v1.Signed.$Properties;
        }

        /**
         * Properties of a Probe.
         * @deprecated Use live_lambda.v1.Probe.$Properties instead.
         */
        interface IProbe extends live_lambda.v1.Probe.$Properties {
        }

        /** Represents a Probe. */
        class Probe {

            /**
             * Constructs a new Probe.
             * @param [properties] Properties to set
             */
            constructor(properties?: live_lambda.v1.Probe.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Probe tunnelInstance. */
            tunnelInstance: Uint8Array;

            /** Probe nonce. */
            nonce: Uint8Array;

            /**
             * Encodes the specified Probe message. Does not implicitly {@link live_lambda.v1.Probe.verify|verify} messages.
             * @param message Probe message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: live_lambda.v1.Probe.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Probe message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {live_lambda.v1.Probe & live_lambda.v1.Probe.$Shape} Probe
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): live_lambda.v1.Probe & live_lambda.v1.Probe.$Shape;
        }

        namespace Probe {

            /** Properties of a Probe. */
            interface $Properties {

                /** Probe tunnelInstance */
                tunnelInstance?: (Uint8Array|null);

                /** Probe nonce */
                nonce?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Probe. */
            type $Shape = live_lambda.v1.Probe.$Properties;
        }

        /** Codec enum. */
        enum Codec {

            /** CODEC_NONE value */
            CODEC_NONE = 0,

            /** CODEC_DEFLATE value */
            CODEC_DEFLATE = 1
        }

        /** Direction enum. */
        enum Direction {

            /** DIRECTION_UNSPECIFIED value */
            DIRECTION_UNSPECIFIED = 0,

            /** DIRECTION_TO_TUNNEL value */
            DIRECTION_TO_TUNNEL = 1,

            /** DIRECTION_TO_STUB value */
            DIRECTION_TO_STUB = 2
        }

        /**
         * Properties of a Frame.
         * @deprecated Use live_lambda.v1.Frame.$Properties instead.
         */
        interface IFrame extends live_lambda.v1.Frame.$Properties {
        }

        /** Represents a Frame. */
        class Frame {

            /**
             * Constructs a new Frame.
             * @param [properties] Properties to set
             */
            constructor(properties?: live_lambda.v1.Frame.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Frame header. */
            header: Uint8Array;

            /** Frame sealed. */
            sealed: Uint8Array;

            /**
             * Encodes the specified Frame message. Does not implicitly {@link live_lambda.v1.Frame.verify|verify} messages.
             * @param message Frame message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: live_lambda.v1.Frame.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Frame message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {live_lambda.v1.Frame & live_lambda.v1.Frame.$Shape} Frame
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): live_lambda.v1.Frame & live_lambda.v1.Frame.$Shape;
        }

        namespace Frame {

            /** Properties of a Frame. */
            interface $Properties {

                /** Frame header */
                header?: (Uint8Array|null);

                /** Frame sealed */
                sealed?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Frame. */
            type $Shape = live_lambda.v1.Frame.$Properties;
        }

        /**
         * Properties of a FrameHeader.
         * @deprecated Use live_lambda.v1.FrameHeader.$Properties instead.
         */
        interface IFrameHeader extends live_lambda.v1.FrameHeader.$Properties {
        }

        /** Represents a FrameHeader. */
        class FrameHeader {

            /**
             * Constructs a new FrameHeader.
             * @param [properties] Properties to set
             */
            constructor(properties?: live_lambda.v1.FrameHeader.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** FrameHeader version. */
            version: number;

            /** FrameHeader environmentId. */
            environmentId: Uint8Array;

            /** FrameHeader keyId. */
            keyId: Uint8Array;

            /** FrameHeader direction. */
            direction: live_lambda.v1.Direction;

            /** FrameHeader message. */
            message: number;

            /** FrameHeader index. */
            index: number;

            /** FrameHeader count. */
            count: number;

            /** FrameHeader counter. */
            counter: number;

            /** FrameHeader codec. */
            codec: live_lambda.v1.Codec;

            /**
             * Encodes the specified FrameHeader message. Does not implicitly {@link live_lambda.v1.FrameHeader.verify|verify} messages.
             * @param message FrameHeader message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: live_lambda.v1.FrameHeader.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a FrameHeader message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {live_lambda.v1.FrameHeader & live_lambda.v1.FrameHeader.$Shape} FrameHeader
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): live_lambda.v1.FrameHeader & live_lambda.v1.FrameHeader.$Shape;
        }

        namespace FrameHeader {

            /** Properties of a FrameHeader. */
            interface $Properties {

                /** FrameHeader version */
                version?: (number|null);

                /** FrameHeader environmentId */
                environmentId?: (Uint8Array|null);

                /** FrameHeader keyId */
                keyId?: (Uint8Array|null);

                /** FrameHeader direction */
                direction?: (live_lambda.v1.Direction|null);

                /** FrameHeader message */
                message?: (number|null);

                /** FrameHeader index */
                index?: (number|null);

                /** FrameHeader count */
                count?: (number|null);

                /** FrameHeader counter */
                counter?: (number|null);

                /** FrameHeader codec */
                codec?: (live_lambda.v1.Codec|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a FrameHeader. */
            type $Shape = live_lambda.v1.FrameHeader.$Properties;
        }

        /**
         * Properties of a Hello.
         * @deprecated Use live_lambda.v1.Hello.$Properties instead.
         */
        interface IHello extends live_lambda.v1.Hello.$Properties {
        }

        /** Represents a Hello. */
        class Hello {

            /**
             * Constructs a new Hello.
             * @param [properties] Properties to set
             */
            constructor(properties?: live_lambda.v1.Hello.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Hello minVersion. */
            minVersion: number;

            /** Hello maxVersion. */
            maxVersion: number;

            /** Hello codecs. */
            codecs: live_lambda.v1.Codec[];

            /** Hello apiHost. */
            apiHost: string;

            /** Hello region. */
            region: string;

            /** Hello app. */
            app: string;

            /** Hello session. */
            session: string;

            /** Hello functionName. */
            functionName: string;

            /** Hello functionPath. */
            functionPath: string;

            /** Hello environmentId. */
            environmentId: Uint8Array;

            /** Hello ephemeralKey. */
            ephemeralKey: Uint8Array;

            /** Hello nonce. */
            nonce: Uint8Array;

            /** Hello release. */
            release: string;

            /**
             * Encodes the specified Hello message. Does not implicitly {@link live_lambda.v1.Hello.verify|verify} messages.
             * @param message Hello message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: live_lambda.v1.Hello.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Hello message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {live_lambda.v1.Hello & live_lambda.v1.Hello.$Shape} Hello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): live_lambda.v1.Hello & live_lambda.v1.Hello.$Shape;
        }

        namespace Hello {

            /** Properties of a Hello. */
            interface $Properties {

                /** Hello minVersion */
                minVersion?: (number|null);

                /** Hello maxVersion */
                maxVersion?: (number|null);

                /** Hello codecs */
                codecs?: (live_lambda.v1.Codec[]|null);

                /** Hello apiHost */
                apiHost?: (string|null);

                /** Hello region */
                region?: (string|null);

                /** Hello app */
                app?: (string|null);

                /** Hello session */
                session?: (string|null);

                /** Hello functionName */
                functionName?: (string|null);

                /** Hello functionPath */
                functionPath?: (string|null);

                /** Hello environmentId */
                environmentId?: (Uint8Array|null);

                /** Hello ephemeralKey */
                ephemeralKey?: (Uint8Array|null);

                /** Hello nonce */
                nonce?: (Uint8Array|null);

                /** Hello release */
                release?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Hello. */
            type $Shape = live_lambda.v1.Hello.$Properties;
        }

        /**
         * Properties of a Welcome.
         * @deprecated Use live_lambda.v1.Welcome.$Properties instead.
         */
        interface IWelcome extends live_lambda.v1.Welcome.$Properties {
        }

        /** Represents a Welcome. */
        class Welcome {

            /**
             * Constructs a new Welcome.
             * @param [properties] Properties to set
             */
            constructor(properties?: live_lambda.v1.Welcome.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Welcome version. */
            version: number;

            /** Welcome codec. */
            codec: live_lambda.v1.Codec;

            /** Welcome tunnelInstance. */
            tunnelInstance: Uint8Array;

            /** Welcome aloneForMs. */
            aloneForMs: number;

            /** Welcome ephemeralKey. */
            ephemeralKey: Uint8Array;

            /** Welcome identityKey. */
            identityKey: Uint8Array;

            /** Welcome helloHash. */
            helloHash: Uint8Array;

            /** Welcome refusal. */
            refusal?: (live_lambda.v1.Refusal.$Properties|null);

            /** Welcome release. */
            release: string;

            /**
             * Encodes the specified Welcome message. Does not implicitly {@link live_lambda.v1.Welcome.verify|verify} messages.
             * @param message Welcome message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: live_lambda.v1.Welcome.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Welcome message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {live_lambda.v1.Welcome & live_lambda.v1.Welcome.$Shape} Welcome
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): live_lambda.v1.Welcome & live_lambda.v1.Welcome.$Shape;
        }

        namespace Welcome {

            /** Properties of a Welcome. */
            interface $Properties {

                /** Welcome version */
                version?: (number|null);

                /** Welcome codec */
                codec?: (live_lambda.v1.Codec|null);

                /** Welcome tunnelInstance */
                tunnelInstance?: (Uint8Array|null);

                /** Welcome aloneForMs */
                aloneForMs?: (number|null);

                /** Welcome ephemeralKey */
                ephemeralKey?: (Uint8Array|null);

                /** Welcome identityKey */
                identityKey?: (Uint8Array|null);

                /** Welcome helloHash */
                helloHash?: (Uint8Array|null);

                /** Welcome refusal */
                refusal?: (live_lambda.v1.Refusal.$Properties|null);

                /** Welcome release */
                release?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Welcome. */
            type $Shape = live_lambda.v1.Welcome.$Properties;
        }

        /**
         * Properties of a Refusal.
         * @deprecated Use live_lambda.v1.Refusal.$Properties instead.
         */
        interface IRefusal extends live_lambda.v1.Refusal.$Properties {
        }

        /** Represents a Refusal. */
        class Refusal {

            /**
             * Constructs a new Refusal.
             * @param [properties] Properties to set
             */
            constructor(properties?: live_lambda.v1.Refusal.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Refusal reason. */
            reason: live_lambda.v1.Refusal.Reason;

            /** Refusal text. */
            text: string;

            /**
             * Encodes the specified Refusal message. Does not implicitly {@link live_lambda.v1.Refusal.verify|verify} messages.
             * @param message Refusal message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: live_lambda.v1.Refusal.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Refusal message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {live_lambda.v1.Refusal & live_lambda.v1.Refusal.$Shape} Refusal
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): live_lambda.v1.Refusal & live_lambda.v1.Refusal.$Shape;
        }

        namespace Refusal {

            /** Properties of a Refusal. */
            interface $Properties {

                /** Refusal reason */
                reason?: (live_lambda.v1.Refusal.Reason|null);

                /** Refusal text */
                text?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Refusal. */
            type $Shape = live_lambda.v1.Refusal.$Properties;

            /** Reason enum. */
            enum Reason {

                /** REASON_UNSPECIFIED value */
                REASON_UNSPECIFIED = 0,

                /** REASON_VERSION value */
                REASON_VERSION = 1,

                /** REASON_UNKNOWN_FUNCTION value */
                REASON_UNKNOWN_FUNCTION = 2
            }
        }

        /**
         * Properties of a Message.
         * @deprecated Use live_lambda.v1.Message.$Properties instead.
         */
        interface IMessage extends live_lambda.v1.Message.$Properties {
        }

        /** Represents a Message. */
        class Message {

            /**
             * Constructs a new Message.
             * @param [properties] Properties to set
             */
            constructor(properties?: live_lambda.v1.Message.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Message attach. */
            attach?: (live_lambda.v1.Attach.$Properties|null);

            /** Message invoke. */
            invoke?: (live_lambda.v1.Invoke.$Properties|null);

            /** Message accepted. */
            accepted?: (live_lambda.v1.Accepted.$Properties|null);

            /** Message result. */
            result?: (live_lambda.v1.Result.$Properties|null);

            /** Message streamChunk. */
            streamChunk?: (live_lambda.v1.StreamChunk.$Properties|null);

            /** Message streamCredit. */
            streamCredit?: (live_lambda.v1.StreamCredit.$Properties|null);

            /** Message progress. */
            progress?: (live_lambda.v1.Progress.$Properties|null);

            /** Message ping. */
            ping?: (live_lambda.v1.Ping.$Properties|null);

            /** Message pong. */
            pong?: (live_lambda.v1.Pong.$Properties|null);

            /** Message withdraw. */
            withdraw?: (live_lambda.v1.Withdraw.$Properties|null);

            /** Message goodbye. */
            goodbye?: (live_lambda.v1.Goodbye.$Properties|null);

            /** Message kind. */
            kind?: ("attach"|"invoke"|"accepted"|"result"|"streamChunk"|"streamCredit"|"progress"|"ping"|"pong"|"withdraw"|"goodbye");

            /**
             * Encodes the specified Message message. Does not implicitly {@link live_lambda.v1.Message.verify|verify} messages.
             * @param message Message message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: live_lambda.v1.Message.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Message message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {live_lambda.v1.Message & live_lambda.v1.Message.$Shape} Message
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): live_lambda.v1.Message & live_lambda.v1.Message.$Shape;
        }

        namespace Message {

            /** Properties of a Message. */
            interface $Properties {

                /** Message attach */
                attach?: (live_lambda.v1.Attach.$Properties|null);

                /** Message invoke */
                invoke?: (live_lambda.v1.Invoke.$Properties|null);

                /** Message accepted */
                accepted?: (live_lambda.v1.Accepted.$Properties|null);

                /** Message result */
                result?: (live_lambda.v1.Result.$Properties|null);

                /** Message streamChunk */
                streamChunk?: (live_lambda.v1.StreamChunk.$Properties|null);

                /** Message streamCredit */
                streamCredit?: (live_lambda.v1.StreamCredit.$Properties|null);

                /** Message progress */
                progress?: (live_lambda.v1.Progress.$Properties|null);

                /** Message ping */
                ping?: (live_lambda.v1.Ping.$Properties|null);

                /** Message pong */
                pong?: (live_lambda.v1.Pong.$Properties|null);

                /** Message withdraw */
                withdraw?: (live_lambda.v1.Withdraw.$Properties|null);

                /** Message goodbye */
                goodbye?: (live_lambda.v1.Goodbye.$Properties|null);

                /** Message kind */
                kind?: ("attach"|"invoke"|"accepted"|"result"|"streamChunk"|"streamCredit"|"progress"|"ping"|"pong"|"withdraw"|"goodbye");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a Message. */
            type $Shape = {
              attach?: live_lambda.v1.Attach.$Shape|null;
              invoke?: live_lambda.v1.Invoke.$Shape|null;
              accepted?: live_lambda.v1.Accepted.$Shape|null;
              result?: live_lambda.v1.Result.$Shape|null;
              streamChunk?: live_lambda.v1.StreamChunk.$Shape|null;
              streamCredit?: live_lambda.v1.StreamCredit.$Shape|null;
              progress?: live_lambda.v1.Progress.$Shape|null;
              ping?: live_lambda.v1.Ping.$Shape|null;
              pong?: live_lambda.v1.Pong.$Shape|null;
              withdraw?: live_lambda.v1.Withdraw.$Shape|null;
              goodbye?: live_lambda.v1.Goodbye.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ kind?: undefined; attach?: null; invoke?: null; accepted?: null; result?: null; streamChunk?: null; streamCredit?: null; progress?: null; ping?: null; pong?: null; withdraw?: null; goodbye?: null }|{ kind?: "attach"; attach: live_lambda.v1.Attach.$Shape; invoke?: null; accepted?: null; result?: null; streamChunk?: null; streamCredit?: null; progress?: null; ping?: null; pong?: null; withdraw?: null; goodbye?: null }|{ kind?: "invoke"; attach?: null; invoke: live_lambda.v1.Invoke.$Shape; accepted?: null; result?: null; streamChunk?: null; streamCredit?: null; progress?: null; ping?: null; pong?: null; withdraw?: null; goodbye?: null }|{ kind?: "accepted"; attach?: null; invoke?: null; accepted: live_lambda.v1.Accepted.$Shape; result?: null; streamChunk?: null; streamCredit?: null; progress?: null; ping?: null; pong?: null; withdraw?: null; goodbye?: null }|{ kind?: "result"; attach?: null; invoke?: null; accepted?: null; result: live_lambda.v1.Result.$Shape; streamChunk?: null; streamCredit?: null; progress?: null; ping?: null; pong?: null; withdraw?: null; goodbye?: null }|{ kind?: "streamChunk"; attach?: null; invoke?: null; accepted?: null; result?: null; streamChunk: live_lambda.v1.StreamChunk.$Shape; streamCredit?: null; progress?: null; ping?: null; pong?: null; withdraw?: null; goodbye?: null }|{ kind?: "streamCredit"; attach?: null; invoke?: null; accepted?: null; result?: null; streamChunk?: null; streamCredit: live_lambda.v1.StreamCredit.$Shape; progress?: null; ping?: null; pong?: null; withdraw?: null; goodbye?: null }|{ kind?: "progress"; attach?: null; invoke?: null; accepted?: null; result?: null; streamChunk?: null; streamCredit?: null; progress: live_lambda.v1.Progress.$Shape; ping?: null; pong?: null; withdraw?: null; goodbye?: null }|{ kind?: "ping"; attach?: null; invoke?: null; accepted?: null; result?: null; streamChunk?: null; streamCredit?: null; progress?: null; ping: live_lambda.v1.Ping.$Shape; pong?: null; withdraw?: null; goodbye?: null }|{ kind?: "pong"; attach?: null; invoke?: null; accepted?: null; result?: null; streamChunk?: null; streamCredit?: null; progress?: null; ping?: null; pong: live_lambda.v1.Pong.$Shape; withdraw?: null; goodbye?: null }|{ kind?: "withdraw"; attach?: null; invoke?: null; accepted?: null; result?: null; streamChunk?: null; streamCredit?: null; progress?: null; ping?: null; pong?: null; withdraw: live_lambda.v1.Withdraw.$Shape; goodbye?: null }|{ kind?: "goodbye"; attach?: null; invoke?: null; accepted?: null; result?: null; streamChunk?: null; streamCredit?: null; progress?: null; ping?: null; pong?: null; withdraw?: null; goodbye: live_lambda.v1.Goodbye.$Shape })
            );
        }

        /**
         * Properties of an Attach.
         * @deprecated Use live_lambda.v1.Attach.$Properties instead.
         */
        interface IAttach extends live_lambda.v1.Attach.$Properties {
        }

        /** Represents an Attach. */
        class Attach {

            /**
             * Constructs a new Attach.
             * @param [properties] Properties to set
             */
            constructor(properties?: live_lambda.v1.Attach.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Attach variables. */
            variables: { [k: string]: string };

            /** Attach credentials. */
            credentials?: (live_lambda.v1.Credentials.$Properties|null);

            /** Attach facts. */
            facts?: (live_lambda.v1.EnvironmentFacts.$Properties|null);

            /**
             * Encodes the specified Attach message. Does not implicitly {@link live_lambda.v1.Attach.verify|verify} messages.
             * @param message Attach message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: live_lambda.v1.Attach.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Attach message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {live_lambda.v1.Attach & live_lambda.v1.Attach.$Shape} Attach
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): live_lambda.v1.Attach & live_lambda.v1.Attach.$Shape;
        }

        namespace Attach {

            /** Properties of an Attach. */
            interface $Properties {

                /** Attach variables */
                variables?: ({ [k: string]: string }|null);

                /** Attach credentials */
                credentials?: (live_lambda.v1.Credentials.$Properties|null);

                /** Attach facts */
                facts?: (live_lambda.v1.EnvironmentFacts.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Attach. */
            type $Shape = live_lambda.v1.Attach.$Properties;
        }

        /**
         * Properties of a Credentials.
         * @deprecated Use live_lambda.v1.Credentials.$Properties instead.
         */
        interface ICredentials extends live_lambda.v1.Credentials.$Properties {
        }

        /** Represents a Credentials. */
        class Credentials {

            /**
             * Constructs a new Credentials.
             * @param [properties] Properties to set
             */
            constructor(properties?: live_lambda.v1.Credentials.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Credentials accessKeyId. */
            accessKeyId: string;

            /** Credentials secretAccessKey. */
            secretAccessKey: string;

            /** Credentials sessionToken. */
            sessionToken: string;

            /**
             * Encodes the specified Credentials message. Does not implicitly {@link live_lambda.v1.Credentials.verify|verify} messages.
             * @param message Credentials message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: live_lambda.v1.Credentials.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Credentials message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {live_lambda.v1.Credentials & live_lambda.v1.Credentials.$Shape} Credentials
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): live_lambda.v1.Credentials & live_lambda.v1.Credentials.$Shape;
        }

        namespace Credentials {

            /** Properties of a Credentials. */
            interface $Properties {

                /** Credentials accessKeyId */
                accessKeyId?: (string|null);

                /** Credentials secretAccessKey */
                secretAccessKey?: (string|null);

                /** Credentials sessionToken */
                sessionToken?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Credentials. */
            type $Shape = live_lambda.v1.Credentials.$Properties;
        }

        /**
         * Properties of an EnvironmentFacts.
         * @deprecated Use live_lambda.v1.EnvironmentFacts.$Properties instead.
         */
        interface IEnvironmentFacts extends live_lambda.v1.EnvironmentFacts.$Properties {
        }

        /** Represents an EnvironmentFacts. */
        class EnvironmentFacts {

            /**
             * Constructs a new EnvironmentFacts.
             * @param [properties] Properties to set
             */
            constructor(properties?: live_lambda.v1.EnvironmentFacts.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** EnvironmentFacts runtime. */
            runtime: string;

            /** EnvironmentFacts memoryMb. */
            memoryMb: number;

            /** EnvironmentFacts architecture. */
            architecture: string;

            /** EnvironmentFacts initializationType. */
            initializationType: string;

            /**
             * Encodes the specified EnvironmentFacts message. Does not implicitly {@link live_lambda.v1.EnvironmentFacts.verify|verify} messages.
             * @param message EnvironmentFacts message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: live_lambda.v1.EnvironmentFacts.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an EnvironmentFacts message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {live_lambda.v1.EnvironmentFacts & live_lambda.v1.EnvironmentFacts.$Shape} EnvironmentFacts
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): live_lambda.v1.EnvironmentFacts & live_lambda.v1.EnvironmentFacts.$Shape;
        }

        namespace EnvironmentFacts {

            /** Properties of an EnvironmentFacts. */
            interface $Properties {

                /** EnvironmentFacts runtime */
                runtime?: (string|null);

                /** EnvironmentFacts memoryMb */
                memoryMb?: (number|null);

                /** EnvironmentFacts architecture */
                architecture?: (string|null);

                /** EnvironmentFacts initializationType */
                initializationType?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an EnvironmentFacts. */
            type $Shape = live_lambda.v1.EnvironmentFacts.$Properties;
        }

        /**
         * Properties of an Invoke.
         * @deprecated Use live_lambda.v1.Invoke.$Properties instead.
         */
        interface IInvoke extends live_lambda.v1.Invoke.$Properties {
        }

        /** Represents an Invoke. */
        class Invoke {

            /**
             * Constructs a new Invoke.
             * @param [properties] Properties to set
             */
            constructor(properties?: live_lambda.v1.Invoke.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Invoke invocationId. */
            invocationId: Uint8Array;

            /** Invoke tunnelInstance. */
            tunnelInstance: Uint8Array;

            /** Invoke remainingMs. */
            remainingMs: number;

            /** Invoke headers. */
            headers: { [k: string]: string };

            /** Invoke event. */
            event: Uint8Array;

            /** Invoke credentials. */
            credentials?: (live_lambda.v1.Credentials.$Properties|null);

            /** Invoke confirmed. */
            confirmed: Uint8Array[];

            /**
             * Encodes the specified Invoke message. Does not implicitly {@link live_lambda.v1.Invoke.verify|verify} messages.
             * @param message Invoke message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: live_lambda.v1.Invoke.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Invoke message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {live_lambda.v1.Invoke & live_lambda.v1.Invoke.$Shape} Invoke
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): live_lambda.v1.Invoke & live_lambda.v1.Invoke.$Shape;
        }

        namespace Invoke {

            /** Properties of an Invoke. */
            interface $Properties {

                /** Invoke invocationId */
                invocationId?: (Uint8Array|null);

                /** Invoke tunnelInstance */
                tunnelInstance?: (Uint8Array|null);

                /** Invoke remainingMs */
                remainingMs?: (number|null);

                /** Invoke headers */
                headers?: ({ [k: string]: string }|null);

                /** Invoke event */
                event?: (Uint8Array|null);

                /** Invoke credentials */
                credentials?: (live_lambda.v1.Credentials.$Properties|null);

                /** Invoke confirmed */
                confirmed?: (Uint8Array[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Invoke. */
            type $Shape = live_lambda.v1.Invoke.$Properties;
        }

        /**
         * Properties of an Accepted.
         * @deprecated Use live_lambda.v1.Accepted.$Properties instead.
         */
        interface IAccepted extends live_lambda.v1.Accepted.$Properties {
        }

        /** Represents an Accepted. */
        class Accepted {

            /**
             * Constructs a new Accepted.
             * @param [properties] Properties to set
             */
            constructor(properties?: live_lambda.v1.Accepted.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Accepted invocationId. */
            invocationId: Uint8Array;

            /**
             * Encodes the specified Accepted message. Does not implicitly {@link live_lambda.v1.Accepted.verify|verify} messages.
             * @param message Accepted message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: live_lambda.v1.Accepted.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Accepted message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {live_lambda.v1.Accepted & live_lambda.v1.Accepted.$Shape} Accepted
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): live_lambda.v1.Accepted & live_lambda.v1.Accepted.$Shape;
        }

        namespace Accepted {

            /** Properties of an Accepted. */
            interface $Properties {

                /** Accepted invocationId */
                invocationId?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Accepted. */
            type $Shape = live_lambda.v1.Accepted.$Properties;
        }

        /**
         * Properties of a Result.
         * @deprecated Use live_lambda.v1.Result.$Properties instead.
         */
        interface IResult extends live_lambda.v1.Result.$Properties {
        }

        /** Represents a Result. */
        class Result {

            /**
             * Constructs a new Result.
             * @param [properties] Properties to set
             */
            constructor(properties?: live_lambda.v1.Result.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Result invocationId. */
            invocationId: Uint8Array;

            /** Result headers. */
            headers: { [k: string]: string };

            /** Result response. */
            response?: (Uint8Array|null);

            /** Result error. */
            error?: (Uint8Array|null);

            /** Result outcome. */
            outcome?: ("response"|"error");

            /**
             * Encodes the specified Result message. Does not implicitly {@link live_lambda.v1.Result.verify|verify} messages.
             * @param message Result message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: live_lambda.v1.Result.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Result message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {live_lambda.v1.Result & live_lambda.v1.Result.$Shape} Result
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): live_lambda.v1.Result & live_lambda.v1.Result.$Shape;
        }

        namespace Result {

            /** Properties of a Result. */
            interface $Properties {

                /** Result invocationId */
                invocationId?: (Uint8Array|null);

                /** Result headers */
                headers?: ({ [k: string]: string }|null);

                /** Result response */
                response?: (Uint8Array|null);

                /** Result error */
                error?: (Uint8Array|null);

                /** Result outcome */
                outcome?: ("response"|"error");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a Result. */
            type $Shape = {
              invocationId?: Uint8Array|null;
              headers?: { [k: string]: string }|null;
              response?: Uint8Array|null;
              error?: Uint8Array|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ outcome?: undefined; response?: null; error?: null }|{ outcome?: "response"; response: Uint8Array; error?: null }|{ outcome?: "error"; response?: null; error: Uint8Array })
            );
        }

        /**
         * Properties of a StreamChunk.
         * @deprecated Use live_lambda.v1.StreamChunk.$Properties instead.
         */
        interface IStreamChunk extends live_lambda.v1.StreamChunk.$Properties {
        }

        /** Represents a StreamChunk. */
        class StreamChunk {

            /**
             * Constructs a new StreamChunk.
             * @param [properties] Properties to set
             */
            constructor(properties?: live_lambda.v1.StreamChunk.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StreamChunk invocationId. */
            invocationId: Uint8Array;

            /** StreamChunk offset. */
            offset: number;

            /** StreamChunk data. */
            data: Uint8Array;

            /** StreamChunk headers. */
            headers: { [k: string]: string };

            /** StreamChunk end. */
            end: boolean;

            /** StreamChunk error. */
            error: Uint8Array;

            /**
             * Encodes the specified StreamChunk message. Does not implicitly {@link live_lambda.v1.StreamChunk.verify|verify} messages.
             * @param message StreamChunk message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: live_lambda.v1.StreamChunk.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StreamChunk message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {live_lambda.v1.StreamChunk & live_lambda.v1.StreamChunk.$Shape} StreamChunk
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): live_lambda.v1.StreamChunk & live_lambda.v1.StreamChunk.$Shape;
        }

        namespace StreamChunk {

            /** Properties of a StreamChunk. */
            interface $Properties {

                /** StreamChunk invocationId */
                invocationId?: (Uint8Array|null);

                /** StreamChunk offset */
                offset?: (number|null);

                /** StreamChunk data */
                data?: (Uint8Array|null);

                /** StreamChunk headers */
                headers?: ({ [k: string]: string }|null);

                /** StreamChunk end */
                end?: (boolean|null);

                /** StreamChunk error */
                error?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a StreamChunk. */
            type $Shape = live_lambda.v1.StreamChunk.$Properties;
        }

        /**
         * Properties of a StreamCredit.
         * @deprecated Use live_lambda.v1.StreamCredit.$Properties instead.
         */
        interface IStreamCredit extends live_lambda.v1.StreamCredit.$Properties {
        }

        /** Represents a StreamCredit. */
        class StreamCredit {

            /**
             * Constructs a new StreamCredit.
             * @param [properties] Properties to set
             */
            constructor(properties?: live_lambda.v1.StreamCredit.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StreamCredit invocationId. */
            invocationId: Uint8Array;

            /** StreamCredit upToOffset. */
            upToOffset: number;

            /** StreamCredit receivedOffset. */
            receivedOffset: number;

            /**
             * Encodes the specified StreamCredit message. Does not implicitly {@link live_lambda.v1.StreamCredit.verify|verify} messages.
             * @param message StreamCredit message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: live_lambda.v1.StreamCredit.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StreamCredit message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {live_lambda.v1.StreamCredit & live_lambda.v1.StreamCredit.$Shape} StreamCredit
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): live_lambda.v1.StreamCredit & live_lambda.v1.StreamCredit.$Shape;
        }

        namespace StreamCredit {

            /** Properties of a StreamCredit. */
            interface $Properties {

                /** StreamCredit invocationId */
                invocationId?: (Uint8Array|null);

                /** StreamCredit upToOffset */
                upToOffset?: (number|null);

                /** StreamCredit receivedOffset */
                receivedOffset?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a StreamCredit. */
            type $Shape = live_lambda.v1.StreamCredit.$Properties;
        }

        /**
         * Properties of a Progress.
         * @deprecated Use live_lambda.v1.Progress.$Properties instead.
         */
        interface IProgress extends live_lambda.v1.Progress.$Properties {
        }

        /** Represents a Progress. */
        class Progress {

            /**
             * Constructs a new Progress.
             * @param [properties] Properties to set
             */
            constructor(properties?: live_lambda.v1.Progress.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Progress message. */
            message: number;

            /** Progress missing. */
            missing: number[];

            /** Progress invocationId. */
            invocationId: Uint8Array;

            /** Progress ask. */
            ask: boolean;

            /** Progress remainingMs. */
            remainingMs: number;

            /** Progress aboutMessage. */
            aboutMessage: number;

            /**
             * Encodes the specified Progress message. Does not implicitly {@link live_lambda.v1.Progress.verify|verify} messages.
             * @param message Progress message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: live_lambda.v1.Progress.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Progress message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {live_lambda.v1.Progress & live_lambda.v1.Progress.$Shape} Progress
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): live_lambda.v1.Progress & live_lambda.v1.Progress.$Shape;
        }

        namespace Progress {

            /** Properties of a Progress. */
            interface $Properties {

                /** Progress message */
                message?: (number|null);

                /** Progress missing */
                missing?: (number[]|null);

                /** Progress invocationId */
                invocationId?: (Uint8Array|null);

                /** Progress ask */
                ask?: (boolean|null);

                /** Progress remainingMs */
                remainingMs?: (number|null);

                /** Progress aboutMessage */
                aboutMessage?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Progress. */
            type $Shape = live_lambda.v1.Progress.$Properties;
        }

        /**
         * Properties of a Ping.
         * @deprecated Use live_lambda.v1.Ping.$Properties instead.
         */
        interface IPing extends live_lambda.v1.Ping.$Properties {
        }

        /** Represents a Ping. */
        class Ping {

            /**
             * Constructs a new Ping.
             * @param [properties] Properties to set
             */
            constructor(properties?: live_lambda.v1.Ping.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Ping nonce. */
            nonce: Uint8Array;

            /**
             * Encodes the specified Ping message. Does not implicitly {@link live_lambda.v1.Ping.verify|verify} messages.
             * @param message Ping message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: live_lambda.v1.Ping.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Ping message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {live_lambda.v1.Ping & live_lambda.v1.Ping.$Shape} Ping
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): live_lambda.v1.Ping & live_lambda.v1.Ping.$Shape;
        }

        namespace Ping {

            /** Properties of a Ping. */
            interface $Properties {

                /** Ping nonce */
                nonce?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Ping. */
            type $Shape = live_lambda.v1.Ping.$Properties;
        }

        /**
         * Properties of a Pong.
         * @deprecated Use live_lambda.v1.Pong.$Properties instead.
         */
        interface IPong extends live_lambda.v1.Pong.$Properties {
        }

        /** Represents a Pong. */
        class Pong {

            /**
             * Constructs a new Pong.
             * @param [properties] Properties to set
             */
            constructor(properties?: live_lambda.v1.Pong.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Pong nonce. */
            nonce: Uint8Array;

            /**
             * Encodes the specified Pong message. Does not implicitly {@link live_lambda.v1.Pong.verify|verify} messages.
             * @param message Pong message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: live_lambda.v1.Pong.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Pong message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {live_lambda.v1.Pong & live_lambda.v1.Pong.$Shape} Pong
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): live_lambda.v1.Pong & live_lambda.v1.Pong.$Shape;
        }

        namespace Pong {

            /** Properties of a Pong. */
            interface $Properties {

                /** Pong nonce */
                nonce?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Pong. */
            type $Shape = live_lambda.v1.Pong.$Properties;
        }

        /**
         * Properties of a Withdraw.
         * @deprecated Use live_lambda.v1.Withdraw.$Properties instead.
         */
        interface IWithdraw extends live_lambda.v1.Withdraw.$Properties {
        }

        /** Represents a Withdraw. */
        class Withdraw {

            /**
             * Constructs a new Withdraw.
             * @param [properties] Properties to set
             */
            constructor(properties?: live_lambda.v1.Withdraw.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Withdraw invocationId. */
            invocationId: Uint8Array;

            /**
             * Encodes the specified Withdraw message. Does not implicitly {@link live_lambda.v1.Withdraw.verify|verify} messages.
             * @param message Withdraw message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: live_lambda.v1.Withdraw.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Withdraw message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {live_lambda.v1.Withdraw & live_lambda.v1.Withdraw.$Shape} Withdraw
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): live_lambda.v1.Withdraw & live_lambda.v1.Withdraw.$Shape;
        }

        namespace Withdraw {

            /** Properties of a Withdraw. */
            interface $Properties {

                /** Withdraw invocationId */
                invocationId?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Withdraw. */
            type $Shape = live_lambda.v1.Withdraw.$Properties;
        }

        /**
         * Properties of a Goodbye.
         * @deprecated Use live_lambda.v1.Goodbye.$Properties instead.
         */
        interface IGoodbye extends live_lambda.v1.Goodbye.$Properties {
        }

        /** Represents a Goodbye. */
        class Goodbye {

            /**
             * Constructs a new Goodbye.
             * @param [properties] Properties to set
             */
            constructor(properties?: live_lambda.v1.Goodbye.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Goodbye reason. */
            reason: string;

            /** Goodbye final. */
            final: boolean;

            /** Goodbye started. */
            started: Uint8Array[];

            /** Goodbye answered. */
            answered: Uint8Array[];

            /** Goodbye successor. */
            successor: Uint8Array;

            /**
             * Encodes the specified Goodbye message. Does not implicitly {@link live_lambda.v1.Goodbye.verify|verify} messages.
             * @param message Goodbye message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: live_lambda.v1.Goodbye.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Goodbye message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {live_lambda.v1.Goodbye & live_lambda.v1.Goodbye.$Shape} Goodbye
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): live_lambda.v1.Goodbye & live_lambda.v1.Goodbye.$Shape;
        }

        namespace Goodbye {

            /** Properties of a Goodbye. */
            interface $Properties {

                /** Goodbye reason */
                reason?: (string|null);

                /** Goodbye final */
                final?: (boolean|null);

                /** Goodbye started */
                started?: (Uint8Array[]|null);

                /** Goodbye answered */
                answered?: (Uint8Array[]|null);

                /** Goodbye successor */
                successor?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Goodbye. */
            type $Shape = live_lambda.v1.Goodbye.$Properties;
        }
    }
}
