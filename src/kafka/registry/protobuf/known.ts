/**
 * The types that every schema may use without a reference: those of protobuf itself, Google's common ones and Confluent's.
 * Their names are enough: they never change.
 */

/** Package: messages, and enums behind `%`. */
const TYPES: Readonly<Record<string, string>> = {
  'google.protobuf':
    'Any Api Method Mixin Duration Empty FieldMask SourceContext Struct Value %NullValue ListValue Timestamp Type Field %Field.Kind ' +
    '%Field.Cardinality Enum EnumValue Option %Syntax DoubleValue FloatValue Int64Value UInt64Value Int32Value UInt32Value BoolValue ' +
    'StringValue BytesValue FileDescriptorSet %Edition FileDescriptorProto DescriptorProto DescriptorProto.ExtensionRange ' +
    'DescriptorProto.ReservedRange ExtensionRangeOptions ExtensionRangeOptions.Declaration %ExtensionRangeOptions.VerificationState ' +
    'FieldDescriptorProto %FieldDescriptorProto.Type %FieldDescriptorProto.Label OneofDescriptorProto EnumDescriptorProto ' +
    'EnumDescriptorProto.EnumReservedRange EnumValueDescriptorProto ServiceDescriptorProto MethodDescriptorProto FileOptions ' +
    '%FileOptions.OptimizeMode MessageOptions FieldOptions %FieldOptions.CType %FieldOptions.JSType %FieldOptions.OptionRetention ' +
    '%FieldOptions.OptionTargetType FieldOptions.EditionDefault FieldOptions.FeatureSupport OneofOptions EnumOptions EnumValueOptions ' +
    'ServiceOptions MethodOptions %MethodOptions.IdempotencyLevel UninterpretedOption UninterpretedOption.NamePart FeatureSet ' +
    '%FeatureSet.FieldPresence %FeatureSet.EnumType %FeatureSet.RepeatedFieldEncoding %FeatureSet.Utf8Validation ' +
    '%FeatureSet.MessageEncoding %FeatureSet.JsonFormat FeatureSetDefaults FeatureSetDefaults.FeatureSetEditionDefault SourceCodeInfo ' +
    'SourceCodeInfo.Location GeneratedCodeInfo GeneratedCodeInfo.Annotation %GeneratedCodeInfo.Annotation.Semantic',
  'google.type':
    '%CalendarPeriod Color Date DateTime TimeZone %DayOfWeek Decimal Expr Fraction Interval LatLng Money %Month PhoneNumber ' +
    'PhoneNumber.ShortCode PostalAddress Quaternion TimeOfDay',
  'confluent': 'Meta Rule',
  'confluent.type': 'Decimal Variant',
}

export interface KnownType {
  readonly package: string
  readonly kind: 'message' | 'enum'
}

/** By full name, without a leading dot. */
export const KNOWN_TYPES: ReadonlyMap<string, KnownType> = new Map(
  Object.entries(TYPES).flatMap(([space, names]) =>
    names.split(' ').map(name => {
      const isEnum = name.startsWith('%')
      return [`${space}.${isEnum ? name.slice(1) : name}`, { package: space, kind: isEnum ? 'enum' : 'message' }] as const
    }),
  ),
)
